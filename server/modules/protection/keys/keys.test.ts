import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { RevocationFinding } from '#contract/keys.ts';
import { createOpenPgp, webKeyHash } from '#protocols/openpgp/index.ts';
import { mainRoad } from '../../../../test/support/main-road.ts';
import { armorPublicKey } from '#protocols/openpgp/index.ts';
import { Extension } from '#platform/certificates/x509.ts';
import type { Tx } from '#platform/database/database.ts';
import { element, sequence } from '#protocols/cms/der.ts';
import { mailAuthority } from '../../../../test/support/mail-certificates.ts';
import { standingOf } from './known-key.ts';
import { selectKeys } from './known-key-store.ts';
import { claimRevocations, putRevocation } from './revocation-store.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const { organizationId } = clinic;
const openpgp = createOpenPgp();
const by = { actor: { kind: 'system', part: 'test' } } as const;

async function keyOf(address: string) {
  const made = await openpgp.run('generate', { name: 'Somebody', address, at: road.clock.now() });
  if (!made.ok) throw new Error(made.problem);
  return made.answer;
}
const decision = { floor: 'tls-verified', hold: false, block: false, expiresInDays: 90, rules: [] } as const;
const choose = async (address: string, more: object = {}) => {
  const [choice] = await road.protection.choose({ organizationId, recipients: [address], decision, ...more });
  ok(choice);
  return choice;
};

test.after(() => openpgp.close());

test('a trusted key comes before every connection, but never without TLS, and not where pick-up was asked for', async () => {
  for (const address of ['jo@verified.test', 'jo@mail.test', 'jo@notls.test']) {
    const { key } = await keyOf(address);
    await road.keys.addTrusted(organizationId, armorPublicKey(Buffer.from(key)), by);
  }
  equal((await choose('jo@verified.test')).verdict, 'openpgp');
  // Content is kept from the server as well, so that its certificate may be its own.
  equal((await choose('jo@mail.test')).verdict, 'openpgp');
  const open = await choose('jo@notls.test');
  equal(open.verdict, 'portal');
  match(
    open.candidates.find(({ protection }) => protection === 'openpgp')?.because ?? '',
    /not encrypt.*key/,
  );
  equal((await choose('jo@verified.test', { portalOnly: true })).verdict, 'portal');
  equal((await choose('jo@verified.test', { provenServers: true })).verdict, 'portal');
  equal((await choose('other@verified.test')).verdict, 'tls-verified');
});

test('a trusted certificate is asked about; unknown is said, and a revoked one is not used', async () => {
  const authority = await mailAuthority();
  const url = element(0x86, [Buffer.from('http://list.nowhere.test/list.crl')]);
  const points = Buffer.concat(sequence(sequence(element(0xa0, element(0xa0, url)))));
  const { certificate } = await authority.issue('cert@verified.test', {
    key: 'rsa',
    extensions: [new Extension('2.5.29.31', false, points)],
  });
  await road.keys.addTrusted(organizationId, certificate.x509.toString(), by);
  // The first question is asked before the first message is decided about.
  const asked = await choose('cert@verified.test');
  equal(asked.verdict, 'smime');
  match(asked.reason, /Whether it was revoked could not be found out/);

  const keysOf = (tx: Tx) => selectKeys(tx, organizationId, { limit: 1 });
  const put = (status: RevocationFinding) =>
    road.database.inTenant(organizationId, async (tx) => {
      const [row] = await keysOf(tx);
      ok(row);
      const now = road.clock.now();
      return putRevocation(tx, organizationId, { keyId: row.key_id, status, now, dueAt: now });
    });
  await put('on-hold');
  const held = await choose('cert@verified.test');
  equal(held.verdict, 'tls-verified');
  match(
    held.candidates.find(({ protection }) => protection === 'smime')?.because ?? '',
    /known, but its issuer has put it on hold/,
  );
  // Silence does not end a hold; an answer does.
  deepEqual(await put('unknown'), { before: 'on-hold', after: 'on-hold' });
  equal((await choose('cert@verified.test')).verdict, 'tls-verified');
  await put('good');
  equal((await choose('cert@verified.test')).verdict, 'smime');
  deepEqual(await put('revoked'), { before: 'good', after: 'revoked' });
  const revoked = await choose('cert@verified.test');
  equal(revoked.verdict, 'tls-verified');
  match(
    revoked.candidates.find(({ protection }) => protection === 'smime')?.because ?? '',
    /known, but it was revoked/,
  );
  await put('good');
  equal((await choose('cert@verified.test')).verdict, 'tls-verified'); // for ever
  equal(
    (
      await road.database.acrossTenants((tx) =>
        claimRevocations(tx, { now: road.clock.now(), leaseMs: 1, limit: 9 }),
      )
    ).length,
    0,
  );
});

test('keys of one organisation are unknown to another', async () => {
  const other = await road.newOrganizationWithStaff();
  const [choice] = await road.protection.choose({
    organizationId: other.organizationId,
    recipients: ['jo@verified.test'],
    decision,
  });
  equal(choice?.verdict, 'tls-verified');
});

test('a key says itself when it is of no use', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const good = {
    trust: 'trusted',
    canEncrypt: true,
    revoked: false,
    isOnHold: false,
    expiresAt: null,
  } as const;
  equal(standingOf(good, now), 'in-use');
  equal(standingOf({ ...good, expiresAt: now }, now), 'expired');
  equal(standingOf({ ...good, expiresAt: new Date(now.getTime() + 1) }, now), 'in-use');
  equal(standingOf({ ...good, revoked: true, isOnHold: true }, now), 'revoked');
  equal(standingOf({ ...good, isOnHold: true }, now), 'on-hold');
  equal(standingOf({ ...good, canEncrypt: false }, now), 'cannot-encrypt');
  equal(standingOf({ ...good, trust: 'distrusted' }, now), 'distrusted');
  equal(standingOf({ ...good, trust: 'undecided' }, now), 'undecided');
});

test('without a key nothing is encrypted, and nothing is sent instead', async () => {
  const content = Buffer.from('From: a@b.test\r\nSubject: x\r\n\r\nPlain\r\n');
  const encrypted = await road.keys.encrypt({
    organizationId,
    kind: 'openpgp',
    recipient: 'nobody@verified.test',
    content,
  });
  deepEqual(encrypted, { ok: false, because: 'key-gone' });
});

test('nothing of a key stands in the clear in the database', async () => {
  const { key, facts } = await keyOf('planted@verified.test');
  await road.keys.addTrusted(organizationId, armorPublicKey(Buffer.from(key)), by);
  const rows = await road.database.inTenant(organizationId, async (tx) => {
    const found = await tx
      .withTables<{ 'protection.known_key': { about: Buffer; material: Buffer } }>()
      .selectFrom('protection.known_key')
      .select(['about', 'material'])
      .execute();
    return Buffer.concat(found.flatMap(({ about, material }) => [about, material]));
  });
  ok(rows.length > 500);
  for (const secret of ['planted@verified.test', facts.fingerprint]) ok(!rows.includes(secret));
  ok(!rows.includes(Buffer.from(key).subarray(10, 40)));
});

test('a domain of ours publishes the keys of its people under their hash, and no others', async () => {
  equal(await road.keys.webKey('nowhere.test', webKeyHash('jo')), null);
  equal(await road.keys.webKey('verified.test', webKeyHash('jo')), null);
});
