import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  floors,
  isAtLeast,
  protections,
  TlsEvidenceSchema,
  type HostEvidence,
  type TlsEvidence,
} from '#contract/protection.ts';
import { chooseInside, chooseOutside } from './choose-protection.ts';
import { weakest } from './connection-proof.ts';

const connection = fc.constantFrom('none' as const, 'encrypted' as const, 'authenticated' as const);
const at = fc.constant('2026-06-01T09:00:00.000Z');

const host: fc.Arbitrary<HostEvidence> = fc.record({
  host: fc.domain(),
  preference: fc.integer({ min: 0, max: 100 }),
  outcome: fc.constantFrom(
    'answered' as const,
    'unreachable' as const,
    'refused' as const,
    'tls-failed' as const,
    'not-in-policy' as const,
  ),
  connection,
  tls: fc.constant(null),
  certificate: fc.constant(null),
  because: fc.constant('Seen.'),
});

const evidence: fc.Arbitrary<TlsEvidence> = fc.record({
  domain: fc.domain(),
  checkedAt: at,
  mxProof: fc.constantFrom('none' as const, 'mta-sts' as const, 'dnssec' as const),
  connection,
  hosts: fc.array(host, { maxLength: 4 }),
  mtaSts: fc.option(
    fc.record({
      mode: fc.constantFrom('enforce' as const, 'testing' as const, 'none' as const),
      id: fc.constant('1'),
    }),
  ),
  problem: fc.constantFrom(
    null,
    'no-such-domain' as const,
    'takes-no-mail' as const,
    'dns-failed' as const,
    'no-answer' as const,
    'not-in-policy' as const,
  ),
  seenBefore: fc.option(fc.record({ connection, at })),
});

const demand = fc.constantFrom(...floors).map((floor) => ({ floor, because: 'A rule says so.' }));

test('nothing is ever chosen below the floor, and what is chosen is possible', () => {
  fc.assert(
    fc.property(evidence, demand, (seen, demanded) => {
      const choice = chooseOutside(seen, demanded);
      assert.ok(isAtLeast(choice.verdict, demanded.floor));
      assert.ok(choice.candidates.some((one) => one.protection === choice.verdict && one.possible));
      assert.match(choice.reason, /\.$/);
    }),
  );
});

test('a direct way is taken only where the evidence carries it', () => {
  fc.assert(
    fc.property(evidence, demand, (seen, demanded) => {
      const { verdict } = chooseOutside(seen, demanded);
      if (verdict === 'portal') return;
      const silent = seen.problem === 'no-answer' || seen.problem === 'dns-failed';
      if (silent) return assert.ok(verdict === 'tls-verified' || verdict === 'tls-opportunistic');
      assert.equal(seen.problem, null);
      assert.notEqual(seen.connection, 'none');
      if (verdict !== 'tls-opportunistic') assert.equal(seen.connection, 'authenticated');
      if (verdict === 'tls-sts') assert.equal(seen.mxProof, 'mta-sts');
      if (seen.seenBefore !== null)
        assert.equal(weakest([seen.seenBefore.connection, seen.connection]), seen.seenBefore.connection);
    }),
  );
});

test('every protection is told, strongest first, with a sentence', () => {
  fc.assert(
    fc.property(evidence, demand, (seen, demanded) => {
      const { candidates } = chooseOutside(seen, demanded);
      assert.deepEqual(
        candidates.map((one) => one.protection),
        protections,
      );
      assert.ok(candidates.every((one) => one.because.endsWith('.')));
    }),
  );
});

test('the arbitrary evidence is evidence of the contract', () => {
  fc.assert(fc.property(evidence, (seen) => TlsEvidenceSchema.safeParse(seen).success));
});

test('a mailbox of ours needs no server of others', () => {
  assert.equal(chooseInside(true).verdict, 'internal');
  assert.equal(chooseInside(false).problem, 'unknown-here');
});
