import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createContactsModule } from '#modules/contacts/index.ts';
import { testStaff } from '../../test/support/staff.ts';
import { describeCredentials, readCredentials, writeCredentials } from './credentials.ts';
import { lakeside } from './lakeside.ts';
import { seedLakeside } from './seed-lakeside.ts';

const staff = await testStaff();
const contacts = createContactsModule(staff);
/** No partner is given, so nothing is ever added. */
const keys = { addTrusted: () => Promise.reject(new Error('no partner has a key here')) };
const folder = mkdtempSync(join(tmpdir(), 'carepost-seed-'));
after(() => rmSync(folder, { recursive: true }));

test('a start cut short is completed by the next, and a third changes nothing', async () => {
  const failing = {
    ...staff,
    contacts,
    keys,
    identity: { ...staff.identity, createUser: () => Promise.reject(new Error('cut short')) },
  };
  await assert.rejects(seedLakeside(failing, folder), /cut short/);
  const first = await seedLakeside({ ...staff, contacts, keys }, folder);
  const events = staff.recorded.length;
  assert.deepEqual(await seedLakeside({ ...staff, contacts, keys }, folder), first);
  assert.equal(staff.recorded.length, events);
  assert.equal(statSync(join(folder, 'credentials.json')).mode & 0o777, 0o600);
});

test('everybody can sign in with what is printed', async () => {
  const credentials = await seedLakeside({ ...staff, contacts, keys }, folder);
  const printed = describeCredentials(credentials);
  for (const { email, password } of credentials.users) {
    assert.ok(printed.includes(password));
    const started = await staff.identity.signIn({ email, password, ip: '127.0.0.1', userAgent: 'test' });
    assert.ok(started.token.length > 0);
  }
  const smtp = await staff.identity.authenticateSmtp({ ...credentials.appPassword, ip: '127.0.0.1' });
  assert.equal(smtp.ok, true);
  const api = await staff.identity.authenticateRequest({
    sessionToken: undefined,
    bearer: credentials.apiKey.key,
    ip: '127.0.0.1',
    passive: false,
  });
  assert.ok(api?.permissions.has('message.send.external'));
});

test('the people outside are there, once', async () => {
  const [organization] = await staff.organizations.list();
  assert.ok(organization !== undefined);
  const found = await staff.database.inTenant(organization.organizationId, (tx) =>
    Promise.all(
      lakeside.contacts.map(({ address }) =>
        contacts.findByAddress(tx, organization.organizationId, address),
      ),
    ),
  );
  assert.deepEqual(
    found.map((list) => list.map(({ name }) => name)),
    lakeside.contacts.map(({ name }) => [name]),
  );
});

test('credentials of another lab are not taken for these', async () => {
  writeCredentials(folder, { organization: 'Other', users: [] });
  assert.deepEqual(readCredentials(folder)?.users, []);
  const empty = {
    ...staff,
    contacts,
    keys,
    identity: { ...staff.identity, findUserByAddress: async () => null },
  };
  await assert.rejects(seedLakeside(empty, folder), /another lab/);
});
