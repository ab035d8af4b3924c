import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createAppPassword, listAppPasswords, revokeAppPassword, signIn } from '#contract/identity.ts';
import { testStaff, type TestOrganization } from '../../../test/support/staff.ts';
import { staffApi } from '../../../test/support/staff-api.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const by = { actor: { kind: 'system', part: 'test' } } as const;

async function mailProgram() {
  const organization: TestOrganization = await staff.newOrganizationWithStaff();
  const { userId, email } = await organization.addUser('nurse', 'clinician');
  const { organizationId } = organization;
  const { password, appPassword } = await staff.identity.createAppPassword(
    { organizationId, userId, name: 'A mail program' },
    by,
  );
  const authenticate = (given = password, username = email, ip = '192.0.2.9') =>
    staff.identity.authenticateSmtp({ username, password: given, ip });
  return {
    organization,
    organizationId,
    userId,
    email,
    password,
    appPasswordId: appPassword.appPasswordId,
    authenticate,
  };
}

test('an app password opens SMTP for its user, by any address and however it was typed', async () => {
  const { authenticate, password, userId, organizationId, email, appPasswordId, organization } =
    await mailProgram();
  match(password, /^[0-9a-z]{5}(-[0-9a-z]{5}){3}$/);
  await staff.identity.changeUser({ organizationId, userId, aliases: [`ward@${organization.domain}`] }, by);
  for (const [given, name] of [
    [password, email],
    [password.toUpperCase().replaceAll('-', ' '), ` ${email.toUpperCase()} `],
    [password.replaceAll('-', ''), `ward@${organization.domain}`],
  ] as const) {
    const verdict = await authenticate(given, name);
    ok(verdict.ok);
    equal(verdict.appPasswordId, appPasswordId);
    const { permissions, categories, ...user } = verdict.user;
    deepEqual(user, { organizationId, userId, address: email, displayName: 'User nurse' });
    ok(permissions.has('message.send.external') && categories.has('clinical') && !categories.has('billing'));
  }
});

test('the password of the workspace does not open SMTP, nor does the app password of a colleague', async () => {
  const { authenticate, organization, password } = await mailProgram();
  deepEqual(await authenticate(staff.password), { ok: false, reason: 'invalid-credentials' });
  deepEqual(await authenticate(password, organization.administratorEmail), {
    ok: false,
    reason: 'invalid-credentials',
  });
  deepEqual(await authenticate(password, `nobody@${organization.domain}`), {
    ok: false,
    reason: 'invalid-credentials',
  });
});

test('an app password does not open the workspace', async () => {
  const { email, password } = await mailProgram();
  const browser = api.caller();
  equal(
    (await browser.refusal(browser.call(signIn, { body: { email, password } }))).code,
    'invalid-credentials',
  );
});

test('a revoked app password fails at once, also on a connection that is open', async () => {
  const { authenticate, email, appPasswordId, organizationId } = await mailProgram();
  const browser = api.caller();
  await browser.call(signIn, { body: { email, password: staff.password } });
  const second = await browser.call(createAppPassword, { body: { name: 'A second program' } });
  deepEqual((await browser.call(listAppPasswords)).items.map(({ name }) => name).toSorted(), [
    'A mail program',
    'A second program',
  ]);
  ok((await authenticate()).ok);
  const usable = () =>
    staff.database.inTenant(organizationId, (tx) => staff.identity.usableAppPasswords(tx, [appPasswordId]));
  equal((await usable()).size, 1);
  await browser.call(revokeAppPassword, { params: { appPasswordId } });
  deepEqual(await authenticate(), { ok: false, reason: 'invalid-credentials' });
  equal((await usable()).size, 0);
  ok((await authenticate(second.password)).ok);
});

test('disabling the user ends app passwords for good', async () => {
  const { authenticate, organizationId, userId } = await mailProgram();
  await staff.identity.changeUser({ organizationId, userId, state: 'disabled' }, by);
  deepEqual(await authenticate(), { ok: false, reason: 'disabled' });
  deepEqual(await authenticate('0'.repeat(20)), { ok: false, reason: 'invalid-credentials' });
  await staff.identity.changeUser({ organizationId, userId, state: 'active' }, by);
  deepEqual(await authenticate(), { ok: false, reason: 'invalid-credentials' });
});

test('guessing is slowed, and cannot keep the right program out', async () => {
  const { authenticate, email } = await mailProgram();
  for (let n = 0; n < 20; n++)
    deepEqual(await authenticate('wrong'), { ok: false, reason: 'invalid-credentials' });
  deepEqual(await authenticate('wrong'), { ok: false, reason: 'locked' });
  ok((await authenticate()).ok);
  const browser = api.caller();
  await browser.call(signIn, { body: { email, password: staff.password } });
  staff.clock.advance(15 * 60_000);
  deepEqual(await authenticate('wrong'), { ok: false, reason: 'invalid-credentials' });
});

test('a program that signs in for every message is recorded once a minute', async () => {
  const { authenticate, organizationId } = await mailProgram();
  const count = () =>
    staff.recorded.filter(
      (event) => event.organizationId === organizationId && event.fields?.['door'] === 'smtp',
    ).length;
  for (let n = 0; n < 5; n++) await authenticate();
  equal(count(), 1);
  staff.clock.advance(60_000);
  await authenticate();
  equal(count(), 2);
});
