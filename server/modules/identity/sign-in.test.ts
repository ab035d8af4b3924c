import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { changeUser, getSession, signIn } from '#contract/identity.ts';
import { newId } from '#platform/ids.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { encodeToken } from './opaque-token.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const cookie = '__Host-carepost_session';

test('signing in sets a cookie that is a new token, and says who one is', async () => {
  const { administratorEmail, organizationId, administratorId } = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  const planted = encodeToken({ id: newId(), organizationId, secret: Buffer.alloc(32, 7) });
  browser.cookies.set(cookie, planted);
  const view = await browser.call(signIn, {
    body: { email: administratorEmail.toUpperCase(), password: staff.password },
  });
  equal(view.user.email, administratorEmail);
  equal(view.user.role, 'administrator');
  equal(view.organization.organizationId, organizationId);
  ok(view.permissions.includes('user.manage'));
  deepEqual(view.categories, ['administrative', 'internal']);
  equal(view.session?.idleRemainingSeconds, 15 * 60);
  notEqual(browser.cookies.get(cookie), planted);
  deepEqual(await browser.call(getSession), view);
  const accepted = staff.recorded.find(
    (event) => event.organizationId === organizationId && event.kind === 'sign-in.accepted',
  );
  deepEqual(accepted?.subject, { type: 'user', id: administratorId });
  equal(accepted?.ip, '192.0.2.1');
});

test('signing in again in the same browser ends the earlier session', async () => {
  const { administratorEmail: email } = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  await browser.call(signIn, { body: { email, password: staff.password } });
  const thief = api.caller();
  thief.cookies.set(cookie, browser.cookies.get(cookie) ?? '');
  await browser.call(signIn, { body: { email, password: staff.password } });
  equal((await thief.refusal(thief.call(getSession))).code, 'not-signed-in');
  await browser.call(getSession);
});

test('an unknown address, a wrong password and a disabled user get the same answer', async () => {
  const organization = await staff.newOrganizationWithStaff();
  const disabled = await organization.addUser('gone', 'clinician');
  await staff.identity.changeUser(
    { organizationId: organization.organizationId, userId: disabled.userId, state: 'disabled' },
    { actor: { kind: 'system', part: 'test' } },
  );
  const attempts = [
    { email: organization.administratorEmail, password: 'not the password' },
    { email: `nobody@${organization.domain}`, password: staff.password },
    { email: 'not an address', password: staff.password },
    { email: disabled.email, password: staff.password },
  ];
  const refusals = [];
  for (const body of attempts) {
    const browser = api.caller({ ip: '192.0.2.2' });
    const { requestId, ...refusal } = await browser.refusal(browser.call(signIn, { body }));
    ok(requestId);
    refusals.push(refusal);
    equal(browser.cookies.size, 0);
  }
  const [first, ...others] = refusals;
  equal(first?.code, 'invalid-credentials');
  for (const other of others) deepEqual(other, first);

  const events = staff.recorded.filter(
    (event) => event.organizationId === organization.organizationId && event.kind === 'sign-in.refused',
  );
  deepEqual(
    events.map(({ fields }) => fields?.['because']),
    ['wrong-secret', 'disabled'],
  );
});

test('a name is slowed after ten wrong tries, is told how long, and is let in again by itself', async () => {
  const { administratorEmail: email, organizationId } = await staff.newOrganizationWithStaff();
  const attempt = (password: string, n: number) =>
    api.caller({ ip: `198.51.100.${n}` }).call(signIn, { body: { email, password } });
  const codes = await Promise.all(
    Array.from({ length: 15 }, (_, n) =>
      api
        .caller()
        .refusal(attempt('not the password', n))
        .then(({ code }) => code),
    ),
  );
  equal(
    codes.filter((code) => code === 'invalid-credentials').length,
    10,
    'simultaneous tries are all counted',
  );
  const refusal = await api.caller().refusal(attempt(staff.password, 99));
  equal(refusal.code, 'too-many-requests');
  equal(refusal.status, 429);
  equal(refusal.retryAfter, 15 * 60);
  match(refusal.detail, /Wait 15 minutes/);
  const limited = staff.recorded.filter(
    (event) => event.organizationId === organizationId && event.fields?.['because'] === 'too-many-tries',
  );
  equal(limited.length, 1, 'a flood is recorded once');

  staff.clock.advance(15 * 60_000);
  await attempt(staff.password, 99);
});

test('a right sign-in clears the wrong tries of the name', async () => {
  const { administratorEmail: email } = await staff.newOrganizationWithStaff();
  const attempt = (password: string) =>
    api.caller({ ip: '203.0.113.1' }).call(signIn, { body: { email, password } });
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 9; n++)
      equal((await api.caller().refusal(attempt('wrong'))).code, 'invalid-credentials');
    await attempt(staff.password);
  }
});

test('a network that guesses names is slowed, and others are not', async () => {
  const { domain, administratorEmail } = await staff.newOrganizationWithStaff();
  const guess = (ip: string, n: number) =>
    api.caller({ ip }).call(signIn, { body: { email: `name${n}@${domain}`, password: 'wrong' } });
  for (let n = 0; n < 50; n++) {
    equal(
      (await api.caller().refusal(guess(`2001:db8:1:2::${n.toString(16)}`, n))).code,
      'invalid-credentials',
    );
  }
  equal(
    (await api.caller().refusal(guess('2001:db8:1:2:ffff::1', 1))).code,
    'too-many-requests',
    'one /64 is one network',
  );
  const fromThere = api.caller({ ip: '2001:db8:1:2::1' });
  const right = { body: { email: administratorEmail, password: staff.password } };
  for (let n = 0; n < 20; n++)
    equal((await fromThere.refusal(fromThere.call(signIn, right))).code, 'too-many-requests');
  await api.caller({ ip: '2001:db8:1:3::1' }).call(signIn, right);
});

test('a user who is disabled or gets another role loses the session with the next request', async () => {
  const organization = await staff.newOrganizationWithStaff();
  const admin = api.caller();
  await admin.call(signIn, { body: { email: organization.administratorEmail, password: staff.password } });
  const changes = [{ role: 'front-desk' }, { state: 'disabled' }, { state: 'active' }] as const;
  const { userId, email } = await organization.addUser('nurse', 'clinician');
  for (const change of changes) {
    const nurse = api.caller();
    const signedIn = nurse.call(signIn, { body: { email, password: staff.password } });
    if (!('state' in change) || change.state !== 'active') await signedIn;
    else equal((await nurse.refusal(signedIn)).code, 'invalid-credentials');
    await admin.call(changeUser, { params: { userId }, body: change });
    equal((await nurse.refusal(nurse.call(getSession))).code, 'not-signed-in');
  }
  const again = api.caller();
  equal((await again.call(signIn, { body: { email, password: staff.password } })).user.role, 'front-desk');
});
