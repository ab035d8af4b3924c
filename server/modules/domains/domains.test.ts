import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { addDomain, getDomain, listDomains, proveDomain } from '#contract/domains.ts';
import { createUser, signIn } from '#contract/identity.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { readDomainName } from './domain.ts';

const staff = await testStaff();
const api = await staffApi(staff);

async function administrator() {
  const organization = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  await browser.call(signIn, { body: { email: organization.administratorEmail, password: staff.password } });
  return { ...organization, browser };
}

function publish(proof: { recordName: string; recordValue: string } | null): void {
  if (proof !== null)
    staff.txtRecords.set(proof.recordName, {
      kind: 'found',
      records: ['other', proof.recordValue],
      secure: false,
      ttl: 60,
    });
}

test('the founding domain receives and sends; any spelling finds it', async () => {
  const { domain, organizationId } = await staff.newOrganizationWithStaff();
  const found = await staff.domains.findByName(` ${domain.toUpperCase()}. `);
  deepEqual(
    [found?.organizationId, found?.name, found?.receives, found?.sends],
    [organizationId, domain, true, true],
  );
  equal(await staff.domains.findByName('nobody-here.test'), null);
  equal(await staff.domains.findByName('not a domain'), null);
});

test('a claimed domain does nothing until its record is found', async () => {
  const { browser, organizationId } = await administrator();
  const name = `second-${organizationId}.test`;
  const claimed = await browser.call(addDomain, { body: { name } });
  deepEqual([claimed.state, claimed.receives, claimed.sends], ['unproven', false, false]);
  equal(await staff.domains.findByName(name), null);
  const params = { domainId: claimed.domainId };
  deepEqual(await browser.call(getDomain, { params }), claimed);
  const stranger = await administrator();
  equal((await stranger.browser.refusal(stranger.browser.call(getDomain, { params }))).code, 'not-found');
  const addNurse = () =>
    browser.call(createUser, { body: { displayName: 'A nurse', email: `nurse@${name}`, role: 'clinician' } });
  equal((await browser.refusal(addNurse())).code, 'invalid-address');

  const prove = () => browser.call(proveDomain, { params: { domainId: claimed.domainId } });
  equal((await browser.refusal(prove())).code, 'domain-unproven');
  staff.txtRecords.set(claimed.proof?.recordName ?? '', { kind: 'temporary', because: 'timeout' });
  equal((await browser.refusal(prove())).code, 'domain-unproven');
  staff.txtRecords.set(claimed.proof?.recordName ?? '', {
    kind: 'found',
    records: ['carepost-domain=other'],
    secure: false,
    ttl: 60,
  });
  equal((await browser.refusal(prove())).code, 'domain-unproven');
  publish(claimed.proof);
  deepEqual(await prove(), { ...claimed, state: 'proven', receives: true, sends: true, proof: null });
  equal((await staff.domains.findByName(name))?.organizationId, organizationId, 'at once in this process');
  await addNurse();
  const kinds = staff.recorded
    .filter((event) => event.organizationId === organizationId)
    .map(({ kind }) => kind);
  deepEqual(
    kinds.filter((kind) => kind.startsWith('domain.')),
    ['domain.added', 'domain.added', 'domain.proven'],
  );
});

test('two may claim a name; the one who proves it has it', async () => {
  const [first, second] = [await administrator(), await administrator()];
  const name = `wanted-${first.organizationId}.test`;
  const claims = [
    await first.browser.call(addDomain, { body: { name } }),
    await second.browser.call(addDomain, { body: { name } }),
  ];
  equal(
    (await first.browser.refusal(first.browser.call(addDomain, { body: { name } }))).code,
    'domain-taken',
  );
  publish(claims[1]?.proof ?? null);
  const prove = ({ browser }: typeof first, at: number) =>
    browser.call(proveDomain, { params: { domainId: claims[at]?.domainId ?? '' } });
  equal(
    (await first.browser.refusal(prove(first, 0))).code,
    'domain-unproven',
    'the record of another claim proves nothing',
  );
  await prove(second, 1);
  publish(claims[0]?.proof ?? null);
  equal((await first.browser.refusal(prove(first, 0))).code, 'domain-taken');
  equal((await staff.domains.findByName(name))?.organizationId, second.organizationId);
  const foreign = second.browser.call(proveDomain, { params: { domainId: claims[0]?.domainId ?? '' } });
  equal((await second.browser.refusal(foreign)).code, 'not-found');
});

test('of two proofs at the same moment one wins', async () => {
  const [first, second] = [await administrator(), await administrator()];
  const name = `raced-${first.organizationId}.test`;
  const callers = [first, second];
  const claims = await Promise.all(callers.map(({ browser }) => browser.call(addDomain, { body: { name } })));
  const values = claims.map(({ proof }) => proof?.recordValue ?? '');
  staff.txtRecords.set(`_carepost.${name}`, { kind: 'found', records: values, secure: false, ttl: 60 });
  const results = await Promise.allSettled(
    callers.map(({ browser }, at) =>
      browser.call(proveDomain, { params: { domainId: claims[at]?.domainId ?? '' } }),
    ),
  );
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  equal(refused.length, 1);
  equal((await first.browser.refusal(Promise.reject(refused[0]))).code, 'domain-taken');
});

test('a founding that fails leaves nothing', async () => {
  const { domain } = await staff.newOrganizationWithStaff();
  const before = (await staff.organizations.list()).length;
  const administratorOf = (name: string) => ({
    displayName: 'An administrator',
    email: `admin@${name}`,
    password: staff.password,
  });
  const found = (slug: string, name: string, administrator = administratorOf(name)) =>
    staff.domains.createOrganization({ name: 'Another clinic', slug, domain: name, administrator });
  await rejects(found('another-clinic', domain), { code: 'domain-taken' });
  await rejects(found('another-clinic', 'another-clinic.test', administratorOf('elsewhere.test')), {
    code: 'invalid-address',
  });
  await rejects(found(domain.replace('.test', ''), 'another-clinic.test'), { code: 'slug-taken' });
  await rejects(
    found('another-clinic', 'another-clinic.test', {
      ...administratorOf('another-clinic.test'),
      password: 'short',
    }),
    { code: 'weak-password' },
  );
  equal((await staff.organizations.list()).length, before);
  const { initialPassword, administratorId } = await staff.domains.createOrganization({
    name: 'Another clinic',
    slug: 'another-clinic',
    domain: 'another-clinic.test',
    administrator: { displayName: 'An administrator', email: 'admin@another-clinic.test' },
  });
  const browser = api.caller();
  const view = await browser.call(signIn, {
    body: { email: 'admin@another-clinic.test', password: initialPassword ?? '' },
  });
  equal(view.user.userId, administratorId);
});

test('domains are listed, those of the own organisation only', async () => {
  const { browser, domain, organizationId } = await administrator();
  await browser.call(addDomain, { body: { name: `more-${organizationId}.test` } });
  const first = await browser.call(listDomains, { query: { limit: '1' } });
  const second = await browser.call(listDomains, { query: { limit: '1', cursor: first.nextCursor ?? '' } });
  deepEqual(
    [...first.items, ...second.items].map(({ name }) => name).toSorted(),
    [domain, `more-${organizationId}.test`].toSorted(),
  );
  equal(second.nextCursor, null);
});

test('names are read as people write them; what can be no mail domain is refused', async () => {
  equal(readDomainName('Bücher.Example.'), 'xn--bcher-kva.example');
  for (const text of [
    '',
    'localhost',
    '192.0.2.1',
    '[192.0.2.1]',
    'a..b',
    '-a.test',
    'a_b.test',
    'a.123',
    'a b.test',
    'x'.repeat(300),
  ]) {
    equal(readDomainName(text), null, text);
  }
  const { browser } = await administrator();
  const refusal = await browser.refusal(browser.call(addDomain, { body: { name: 'not a domain' } }));
  ok(refusal.code === 'invalid-domain');
});
