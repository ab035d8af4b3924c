import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { floors, isAtLeast } from '#contract/protection.ts';
import { defaultRules } from './default-rules.ts';
import type { MessageFacts, Rule } from './rule.ts';
import { weighRules } from './weigh-rules.ts';

const plain: MessageFacts = {
  category: 'administrative',
  asked: { portal: false, tls: false, expiresInDays: null },
  settings: { tlsFloor: 'tls-opportunistic', offerDays: 90 },
};

test('the organisation sets the floor of what is not about care', () => {
  assert.equal(weighRules(defaultRules, plain).floor, 'tls-opportunistic');
  assert.equal(
    weighRules(defaultRules, { ...plain, settings: { tlsFloor: 'tls-verified', offerDays: 90 } }).floor,
    'tls-verified',
  );
});

test('care needs proof, however low the organisation set its floor', () => {
  for (const category of ['clinical', 'appointment', 'lab-result', 'billing'] as const) {
    assert.equal(weighRules(defaultRules, { ...plain, category }).floor, 'tls-verified', category);
  }
});

test('a sender can ask for more, and for a shorter time, never for less', () => {
  const asking = (asked: Partial<MessageFacts['asked']>) =>
    weighRules(defaultRules, { ...plain, asked: { ...plain.asked, ...asked } });
  assert.equal(asking({ portal: true }).floor, 'portal');
  assert.equal(asking({ tls: true }).floor, 'tls-verified');
  assert.equal(asking({ expiresInDays: 7 }).expiresInDays, 7);
  assert.equal(asking({ expiresInDays: 365 }).expiresInDays, 90);
});

test('every rule is told, applied or not, with a sentence', () => {
  const { rules } = weighRules(defaultRules, { ...plain, asked: { ...plain.asked, portal: true } });
  assert.deepEqual(
    rules.map(({ rule, outcome }) => [rule, outcome]),
    [
      ['organization-floor', 'applied'],
      ['care-needs-proof', 'not-applied'],
      ['sender-asked-for-pick-up', 'applied'],
      ['sender-asked-for-tls', 'not-applied'],
      ['sender-asked-for-period', 'not-applied'],
    ],
  );
  assert.ok(rules.every(({ because }) => because.endsWith('.')));
});

const categories = [
  'clinical',
  'appointment',
  'lab-result',
  'billing',
  'marketing',
  'administrative',
  'internal',
] as const;

const anyFacts: fc.Arbitrary<MessageFacts> = fc.record({
  category: fc.constantFrom(...categories),
  asked: fc.record({
    portal: fc.boolean(),
    tls: fc.boolean(),
    expiresInDays: fc.option(fc.integer({ min: 1, max: 365 })),
  }),
  settings: fc.record({
    tlsFloor: fc.constantFrom('tls-verified' as const, 'tls-opportunistic' as const),
    offerDays: fc.integer({ min: 1, max: 365 }),
  }),
});

const anyRule: fc.Arbitrary<Rule> = fc.record({
  name: fc.string(),
  when: fc.oneof(
    fc.constant('always' as const),
    fc.record({ category: fc.subarray([...categories]) }),
    fc.record({ asked: fc.constantFrom('portal' as const, 'tls' as const, 'expiresInDays' as const) }),
  ),
  demands: fc.record(
    {
      floor: fc.constantFrom(...floors, 'organization-setting' as const),
      expiresInDays: fc.constantFrom('organization-setting' as const, 'as-asked' as const),
      hold: fc.constant(true as const),
      block: fc.constant(true as const),
    },
    { requiredKeys: [] },
  ),
  because: fc.string(),
  otherwise: fc.string(),
});

test('one more rule never weakens a decision', () => {
  fc.assert(
    fc.property(fc.array(anyRule), anyRule, anyFacts, (rules, more, facts) => {
      const before = weighRules(rules, facts);
      const after = weighRules([...rules, more], facts);
      assert.ok(isAtLeast(after.floor, before.floor));
      assert.ok(after.hold || !before.hold);
      assert.ok(after.block || !before.block);
      assert.ok(after.expiresInDays <= before.expiresInDays);
    }),
  );
});

test('the order of the rules decides nothing', () => {
  fc.assert(
    fc.property(fc.array(anyRule), anyFacts, (rules, facts) => {
      const { rules: _, ...forwards } = weighRules(rules, facts);
      const { rules: __, ...backwards } = weighRules(rules.toReversed(), facts);
      assert.deepEqual(forwards, backwards);
    }),
  );
});

test('no set of rules lets anything go unencrypted, or wait for longer than the organisation says', () => {
  fc.assert(
    fc.property(fc.array(anyRule), anyFacts, (rules, facts) => {
      const decision = weighRules(rules, facts);
      assert.ok(isAtLeast(decision.floor, 'tls-opportunistic'));
      assert.ok(decision.expiresInDays >= 1 && decision.expiresInDays <= facts.settings.offerDays);
    }),
  );
});
