import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  checkDomainDns,
  forceDkimKey,
  getDomainDns,
  revokeDkimKey,
  rotateDkim,
  type DkimKeyView,
  type DomainDnsView,
} from '#contract/domain-dns.ts';
import type { DomainId } from '#contract/ids.ts';
import { listDomains } from '#contract/domains.ts';
import { signIn } from '#contract/identity.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { verifyMessage } from '#protocols/dkim/index.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { selectKeys } from './dkim-key-store.ts';
import { nextKeyState } from './dkim-key.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const { organizationId, domain, administratorEmail } = await staff.newOrganizationWithStaff();
const browser = api.caller();
const params = { domainId: '' };
const enter = () => browser.call(signIn, { body: { email: administratorEmail, password: staff.password } });
before(async () => {
  await enter();
  const { items } = await browser.call(listDomains, { query: { limit: 10 } });
  params.domainId = items[0]?.domainId ?? '';
});

function publish({ record }: DkimKeyView): void {
  staff.txtRecords.set(record.name, { kind: 'found', records: [record.value], secure: false, ttl: 60 });
}

const message = Buffer.from(`From: a@${domain}\r\nTo: b@x.test\r\nSubject: s\r\n\r\nhello\r\n`);

/** The selectors whose signatures hold. */
async function signers(): Promise<string[]> {
  const raw = await staff.domains.sign(organizationId, message);
  const header = parseHeaderSection(raw);
  assert.ok(header.ok);
  const dns = {
    txt: async (name: string) => staff.txtRecords.get(name) ?? ({ kind: 'no-such-domain' } as const),
  };
  const verification = verifyMessage({ raw, section: header.section }, { dns, now: staff.clock.now() });
  verification.write(raw.subarray(header.section.bodyStart));
  const results = await verification.finish();
  for (const { verdict } of results) assert.equal(verdict, 'pass');
  return results.map(({ selector }) => selector ?? '');
}

const statesOf = ({ keys }: DomainDnsView) =>
  Object.fromEntries(keys.map(({ selector, state }) => [selector, state]));

test('from the first keys to the next: nothing is signed before it can be verified, nothing is lost between', async () => {
  const first = await browser.call(rotateDkim, { params });
  assert.deepEqual(statesOf(first), { carepost1r: 'waiting', carepost1e: 'waiting' });
  assert.deepEqual(await signers(), []);
  assert.deepEqual(statesOf(await browser.call(checkDomainDns, { params })), {
    carepost1r: 'waiting',
    carepost1e: 'waiting',
  });

  first.keys.forEach(publish);
  const seen = await browser.call(checkDomainDns, { params });
  assert.equal(seen.signs, true);
  assert.deepEqual((await signers()).toSorted(), ['carepost1e', 'carepost1r']);

  const second = await browser.call(rotateDkim, { params });
  assert.deepEqual(
    statesOf(await browser.call(rotateDkim, { params })),
    statesOf(second),
    'a pair that waits is not made again',
  );
  assert.deepEqual((await signers()).toSorted(), ['carepost1e', 'carepost1r'], 'the old ones go on');
  second.keys.slice(0, 2).forEach(publish);
  const turned = statesOf(await browser.call(checkDomainDns, { params }));
  assert.deepEqual(turned, {
    carepost2e: 'signing',
    carepost2r: 'signing',
    carepost1e: 'retiring',
    carepost1r: 'retiring',
  });
  assert.deepEqual((await signers()).toSorted(), ['carepost2e', 'carepost2r']);

  staff.clock.advance(7 * 86_400_000);
  await enter();
  const later = statesOf(await browser.call(checkDomainDns, { params }));
  assert.deepEqual(later, {
    carepost2e: 'signing',
    carepost2r: 'signing',
    carepost1e: 'retired',
    carepost1r: 'retired',
  });
  const stored = await staff.database.inTenant(organizationId, (tx) =>
    selectKeys(tx, organizationId, params.domainId as DomainId),
  );
  assert.equal(
    stored.filter(({ privateSealed }) => privateSealed !== null).length,
    2,
    'the private halves of the old ones are destroyed',
  );
});

test('a revoked key signs no more, and its record says so', async () => {
  const before = await browser.call(getDomainDns, { params });
  const key = before.keys.find(({ selector }) => selector === 'carepost2e');
  assert.ok(key !== undefined);
  const after = await browser.call(revokeDkimKey, { params: { ...params, dkimKeyId: key.keyId } });
  assert.deepEqual(await signers(), ['carepost2r']);
  const shown = after.keys.find(({ keyId }) => keyId === key.keyId);
  assert.deepEqual([shown?.state, shown?.record.value], ['revoked', 'v=DKIM1; p=']);
});

test('a record that is gone ends signing; name servers that are away do not', async () => {
  const { keys } = await browser.call(getDomainDns, { params });
  const key = keys.find(({ selector }) => selector === 'carepost2r');
  assert.ok(key !== undefined);
  staff.txtRecords.set(key.record.name, { kind: 'temporary', because: 'timeout' });
  assert.equal((await browser.call(checkDomainDns, { params })).signs, true);
  staff.txtRecords.delete(key.record.name);
  assert.equal((await browser.call(checkDomainDns, { params })).signs, false);
  const forced = await browser.call(forceDkimKey, { params: { ...params, dkimKeyId: key.keyId } });
  assert.equal(forced.signs, true);
  assert.equal(
    (await browser.call(checkDomainDns, { params })).signs,
    true,
    'by the word of an administrator',
  );
});

test('mail in another name is not signed, and neither is that of another organisation', async () => {
  const foreign = Buffer.from('From: a@elsewhere.test\r\n\r\nhello\r\n');
  assert.equal(await staff.domains.sign(organizationId, foreign), foreign);
  const other = await staff.newOrganizationWithStaff();
  assert.equal(await staff.domains.sign(other.organizationId, message), message);
});

test('each change of a key is in the audit log', () => {
  const kinds = new Set(
    staff.recorded.map(({ kind }) => kind).filter((kind) => kind.startsWith('dkim-key.')),
  );
  for (const kind of ['created', 'signing', 'retiring', 'retired', 'revoked', 'forced'])
    assert.ok(kinds.has(`dkim-key.${kind}`), kind);
});

test('mail of the domain comes here when its MX says so', async () => {
  assert.equal(await staff.domains.returnsHere(organizationId, domain), false);
  staff.mxRecords.set(domain, {
    kind: 'found',
    records: [{ preference: 10, exchange: 'MX.carepost.test' }],
    secure: false,
    ttl: 60,
  });
  const { records } = await browser.call(checkDomainDns, { params });
  assert.equal(records.find(({ purpose }) => purpose === 'mail')?.finding, 'right');
  assert.equal(await staff.domains.returnsHere(organizationId, domain), true);
});

test('a key that waited too long is not taken up behind a younger one', () => {
  const now = new Date();
  const waiting = { state: 'waiting', forced: false, stateSince: now } as const;
  assert.equal(nextKeyState(waiting, 'right', { succeeded: true, now }), 'retired');
});
