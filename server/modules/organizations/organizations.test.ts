import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { signIn } from '#contract/identity.ts';
import { changeOrganization, getOrganization } from '#contract/organizations.ts';
import { newId } from '#platform/ids.ts';
import type { OrganizationId } from '#contract/ids.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { readSettings } from './organization.ts';

const staff = await testStaff();
const api = await staffApi(staff);

async function administrator() {
  const organization = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  await browser.call(signIn, { body: { email: organization.administratorEmail, password: staff.password } });
  return { ...organization, browser };
}

test('a new organisation starts with the careful settings', async () => {
  const { browser } = await administrator();
  const { settings, revision } = await browser.call(getOrganization);
  deepEqual(settings, {
    portalName: 'A clinic',
    tlsFloor: 'tls-verified',
    noticeRequiresTls: false,
    offerDays: 90,
    messageSizeLimit: 25 * 1024 * 1024,
    idleMinutes: 15,
    absoluteHours: 12,
    infectedMail: 'refuse',
    trustedSealers: [],
    quarantineDays: 30,
    footer: '',
    journalAddress: '',
  });
  equal(revision, 1);
});

test('a change touches only what it names, and is recorded with before and after', async () => {
  const { browser, organizationId, administratorId } = await administrator();
  const changed = await browser.call(changeOrganization, {
    body: { name: 'Another name', settings: { offerDays: 30 } },
  });
  equal(changed.settings.offerDays, 30);
  equal(changed.settings.idleMinutes, 15);
  equal(changed.revision, 2);
  equal((await staff.organizations.settingsOf(organizationId)).offerDays, 30, 'at once in this process');
  await browser.call(changeOrganization, { body: { settings: { offerDays: 30 } } });
  const changes = staff.recorded.filter(
    (event) => event.organizationId === organizationId && event.kind === 'organization.changed',
  );
  equal(changes.length, 1, 'a change that changes nothing is not recorded');
  equal(changes[0]?.actor.kind === 'user' && changes[0].actor.userId, administratorId);
  deepEqual(changes[0]?.fields, {
    revision: 2,
    'name.before': 'A clinic',
    'name.after': 'Another name',
    'offerDays.before': '90',
    'offerDays.after': '30',
  });
});

test('an organisation is found by its short name', async () => {
  const { organizationId } = await administrator();
  const slug = (await staff.organizations.list()).find(
    (each) => each.organizationId === organizationId,
  )?.slug;
  equal((await staff.organizations.findBySlug(slug ?? ''))?.organizationId, organizationId);
  equal(await staff.organizations.findBySlug('nobody-has-this'), null);
});

test('of two changes made from the same revision the second is told', async () => {
  const { browser } = await administrator();
  const change = (offerDays: number) =>
    browser.call(changeOrganization, { body: { revision: 1, settings: { offerDays } } });
  await change(30);
  equal((await browser.refusal(change(40))).code, 'conflict');
  equal((await browser.call(getOrganization)).settings.offerDays, 30);
});

test('settings out of bounds, or that do not exist, are refused by name', async () => {
  const { browser } = await administrator();
  for (const settings of [
    { idleMinutes: 0 },
    { offerDays: 1.5 },
    { portalName: 'two\r\nlines' },
    { unknown: 1 },
    { tlsFloor: 'cleartext' },
  ]) {
    const refusal = await browser.refusal(browser.call(changeOrganization, { body: { settings } as never }));
    equal(refusal.code, 'invalid-request');
    ok(refusal.errors?.[0]?.path.startsWith('settings'));
  }
});

test('an address for copies that none could go to is refused, with the reason; one that is right is recorded', async () => {
  const { browser, organizationId } = await administrator();
  const change = (journalAddress: string) =>
    browser.call(changeOrganization, { body: { settings: { journalAddress } } });
  const refusal = await browser.refusal(change('archive@unproven.test'));
  equal(refusal.code, 'invalid-address');
  ok(refusal.detail.includes('Its server proves nothing.'));
  equal((await browser.refusal(change('no address'))).code, 'invalid-request');
  equal((await change('archive@proven.test')).settings.journalAddress, 'archive@proven.test');
  equal((await change('')).settings.journalAddress, '');
  deepEqual(
    staff.recorded
      .filter((event) => event.organizationId === organizationId && event.kind === 'organization.changed')
      .map(({ fields }) => fields?.['journalAddress.after']),
    ['archive@proven.test', ''],
  );
});

test('only administrators change settings; all staff see them', async () => {
  const { addUser } = await administrator();
  const { email } = await addUser('desk', 'front-desk');
  const desk = api.caller();
  await desk.call(signIn, { body: { email, password: staff.password } });
  await desk.call(getOrganization);
  equal((await desk.refusal(desk.call(changeOrganization, { body: { name: 'Mine' } }))).code, 'forbidden');
});

test('what cannot be read gives way to its default, alone', () => {
  deepEqual(
    [readSettings({ idleMinutes: 'soon', offerDays: 30, fromTheFuture: true }, 'A clinic')].map(
      ({ idleMinutes, offerDays, portalName }) => [idleMinutes, offerDays, portalName],
    ),
    [[15, 30, 'A clinic']],
  );
  equal(readSettings(null, 'A clinic').tlsFloor, 'tls-verified');
});

test('an organisation sees itself only', async () => {
  const mine = await staff.newOrganizationWithStaff();
  const theirs = await staff.newOrganizationWithStaff();
  await rejects(
    staff.database.inTenant(mine.organizationId, (tx) => staff.organizations.get(tx, theirs.organizationId)),
    { code: 'unknown-organization' },
  );
  await rejects(staff.organizations.settingsOf(newId<OrganizationId>()), { code: 'unknown-organization' });
  const listed = await staff.organizations.list();
  ok(
    [mine, theirs].every(({ organizationId }) =>
      listed.some((organization) => organization.organizationId === organizationId),
    ),
  );
});
