import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Permission } from '#contract/permissions.ts';
import {
  changePassword,
  createApiKey,
  createAppPassword,
  getSession,
  listApiKeys,
  listUsers,
  revokeApiKey,
  signIn,
} from '#contract/identity.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi, type ApiCaller } from '../../../test/support/staff-api.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const dayMs = 86_400_000;

async function administrator() {
  const organization = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  await browser.call(signIn, { body: { email: organization.administratorEmail, password: staff.password } });
  const key = (scopes: Permission[], expiresInDays = 30) =>
    browser.call(createApiKey, { body: { name: 'A script', scopes, expiresInDays } });
  return { organization, browser, key };
}

async function codeOf(caller: ApiCaller, attempt: Promise<unknown>): Promise<string> {
  return (await caller.refusal(attempt)).code;
}

test('a key does what its scopes say and no more, and is named in the audit log', async () => {
  const { key, organization } = await administrator();
  const created = await key(['user.manage']);
  match(created.key, /^cp_[A-Za-z0-9_-]{86}$/);
  ok(created.key.startsWith(created.prefix));
  const script = api.caller({ bearer: created.key });
  equal((await script.call(listUsers)).items.length, 1);
  const view = await script.call(getSession);
  deepEqual([view.permissions, view.session], [['user.manage'], null]);
  equal(await codeOf(script, script.call(listApiKeys)), 'forbidden');
  const refused = staff.recorded.find(
    (event) => event.organizationId === organization.organizationId && event.kind === 'permission.refused',
  );
  equal(refused?.actor.kind, 'api-key');
});

test('a key is listed without its secret and ends when it is revoked, at once', async () => {
  const { browser, key } = await administrator();
  const created = await key(['user.manage']);
  const script = api.caller({ bearer: created.key });
  await script.call(listUsers);
  const { items } = await browser.call(listApiKeys);
  deepEqual(
    items.map(({ name, scopes }) => [name, scopes]),
    [['A script', ['user.manage']]],
  );
  equal(items[0]?.lastUsedAt, staff.clock.now().toISOString());
  ok(!JSON.stringify(items).includes(created.key));
  await browser.call(revokeApiKey, { params: { apiKeyId: created.apiKeyId } });
  equal(await codeOf(script, script.call(listUsers)), 'not-signed-in');
  equal(
    await codeOf(browser, browser.call(revokeApiKey, { params: { apiKeyId: created.apiKeyId } })),
    'not-found',
  );
});

test('a key expires, and lives a year at most', async () => {
  const { browser, key } = await administrator();
  const created = await key(['user.manage'], 2);
  equal(await codeOf(browser, key(['user.manage'], 366)), 'invalid-request');
  staff.clock.advance(2 * dayMs - 1);
  const script = api.caller({ bearer: created.key });
  await script.call(listUsers);
  staff.clock.advance(1);
  equal(await codeOf(script, script.call(listUsers)), 'not-signed-in');
});

test('a key cannot hold more than its owner, and loses what the owner loses', async () => {
  const { organization, browser, key } = await administrator();
  equal(await codeOf(browser, key(['contact.read'])), 'scope-not-held');
  const created = await key(['user.manage']);
  await organization.addUser('second', 'administrator');
  const by = { actor: { kind: 'system', part: 'test' } } as const;
  const { organizationId, administratorId } = organization;
  await staff.identity.changeUser({ organizationId, userId: administratorId, role: 'clinician' }, by);
  const script = api.caller({ bearer: created.key });
  equal(await codeOf(script, script.call(listUsers)), 'not-signed-in');
});

test('a key makes no further secrets and changes no password', async () => {
  const { key } = await administrator();
  const { key: bearer } = await key(['apikey.manage']);
  const script = api.caller({ bearer });
  equal(
    await codeOf(
      script,
      script.call(createApiKey, { body: { name: 'x', scopes: ['apikey.manage'], expiresInDays: 1 } }),
    ),
    'session-required',
  );
  equal(await codeOf(script, script.call(createAppPassword, { body: { name: 'x' } })), 'session-required');
  const body = { currentPassword: staff.password, newPassword: 'granite-teapot-sings-3' };
  equal(await codeOf(script, script.call(changePassword, { body })), 'session-required');
});

test('a cookie beside a wrong key gives nothing', async () => {
  const { browser } = await administrator();
  const caller = api.caller({ bearer: 'cp_wrong' });
  for (const [name, value] of browser.cookies) caller.cookies.set(name, value);
  equal(await codeOf(caller, caller.call(getSession)), 'not-signed-in');
});

test('the same request sent twice makes one key, and both answers hold it', async () => {
  const { browser } = await administrator();
  const body = { name: 'A script', scopes: ['user.manage' as const], expiresInDays: 30 };
  const options = { idempotencyKey: 'the-same-key-twice' };
  const first = await browser.call(createApiKey, { body }, options);
  deepEqual(await browser.call(createApiKey, { body }, options), first);
  equal((await browser.call(listApiKeys)).items.length, 1);
});
