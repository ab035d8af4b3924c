import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { changeUser, createUser, getUser, listUsers, resetPassword, signIn } from '#contract/identity.ts';
import type { UserId } from '#contract/ids.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { userCreated, userDisabled } from './index.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const heard: string[] = [];
for (const event of [userCreated, userDisabled]) {
  staff.outbox.subscribe(
    event,
    `test-${event.name}`,
    async (_, { data }) => void heard.push(`${event.name} ${data.userId}`),
  );
}

async function administrator() {
  const organization = await staff.newOrganizationWithStaff();
  const browser = api.caller();
  await browser.call(signIn, { body: { email: organization.administratorEmail, password: staff.password } });
  return { ...organization, browser };
}

test('a user is added with aliases and a password that is shown once', async () => {
  const { browser, domain, organizationId } = await administrator();
  const body = {
    displayName: 'A nurse',
    email: `Nurse@${domain}`,
    aliases: [`ward@${domain}`],
    role: 'clinician' as const,
  };
  const { initialPassword, ...user } = await browser.call(createUser, { body });
  deepEqual(await browser.call(getUser, { params: { userId: user.userId } }), user);
  deepEqual([user.email, user.aliases, user.state], [`Nurse@${domain}`, [`ward@${domain}`], 'active']);
  for (const email of [`nurse@${domain}`, `WARD@${domain}`]) {
    deepEqual(await staff.identity.findUserByAddress(email), { organizationId, userId: user.userId });
    await api.caller().call(signIn, { body: { email, password: initialPassword ?? '' } });
  }
  const addresses = await staff.database.inTenant(organizationId, (tx) =>
    staff.identity.mailAddressesOf(tx, user.userId as UserId),
  );
  deepEqual(addresses, [`Nurse@${domain}`, `ward@${domain}`]);
  await staff.outbox.loop.runUntilIdle();
  ok(heard.includes(`identity.user-created ${user.userId}`));
});

test('addresses are of the own domains, and each belongs to one user', async () => {
  const { browser, domain } = await administrator();
  const other = await administrator();
  const attempt = (email: string, aliases: string[] = []) =>
    browser
      .refusal(
        browser.call(createUser, { body: { displayName: 'A nurse', email, aliases, role: 'clinician' } }),
      )
      .then(({ code }) => code);
  equal(await attempt(`nurse@${other.domain}`), 'invalid-address');
  equal(await attempt('nurse@big-provider.test'), 'invalid-address');
  equal(await attempt('nurse@[192.0.2.1]'), 'invalid-address');
  equal(await attempt(`nurse@${domain}`, [`nurse@${other.domain}`]), 'invalid-address');
  equal(await attempt(`Admin@${domain}`), 'address-taken');
  equal(await attempt(`new@${domain}`, [`admin@${domain}`]), 'address-taken');
  equal((await browser.call(listUsers)).items.length, 1, 'nothing is half there');
  equal(await staff.identity.findUserByAddress(`new@${domain}`), null);
});

test('the same request sent twice makes one user', async () => {
  const { browser, domain } = await administrator();
  const body = { displayName: 'A nurse', email: `nurse@${domain}`, role: 'clinician' as const };
  const first = await browser.call(createUser, { body }, { idempotencyKey: 'one-nurse-only' });
  deepEqual(await browser.call(createUser, { body }, { idempotencyKey: 'one-nurse-only' }), first);
});

test('a change is recorded with before and after; the name, alone, ends nothing', async () => {
  const { browser, organizationId, addUser, domain } = await administrator();
  const { userId, email } = await addUser('nurse', 'clinician');
  const nurse = api.caller();
  await nurse.call(signIn, { body: { email, password: staff.password } });
  const body = { displayName: 'Another name', aliases: [`ward@${domain}`] };
  deepEqual((await browser.call(changeUser, { params: { userId }, body })).aliases, [`ward@${domain}`]);
  await browser.call(changeUser, { params: { userId }, body });
  const changes = staff.recorded.filter(
    (event) => event.organizationId === organizationId && event.kind === 'user.changed',
  );
  deepEqual(
    changes.map(({ fields }) => fields),
    [
      {
        'displayName.before': 'User nurse',
        'displayName.after': 'Another name',
        'aliases.before': [],
        'aliases.after': [`ward@${domain}`],
      },
    ],
  );
  equal(
    staff.recorded.some((event) => event.organizationId === organizationId && event.kind === 'session.ended'),
    false,
  );
  await browser.call(changeUser, { params: { userId }, body: { aliases: [] } });
  equal(await staff.identity.findUserByAddress(`ward@${domain}`), null);
});

test('a disabled user receives no mail, and others hear of it', async () => {
  const { browser, addUser } = await administrator();
  const { userId, email } = await addUser('nurse', 'clinician');
  await browser.call(changeUser, { params: { userId }, body: { state: 'disabled' } });
  equal(await staff.identity.findUserByAddress(email), null);
  await staff.outbox.loop.runUntilIdle();
  ok(heard.includes(`identity.user-disabled ${userId}`));
});

test('the last administrator stays, also when two try to take leave of each other at once', async () => {
  const { browser, administratorId, organizationId, addUser } = await administrator();
  const alone = browser.call(changeUser, {
    params: { userId: administratorId },
    body: { role: 'clinician' },
  });
  equal((await browser.refusal(alone)).code, 'last-administrator');
  const second = await addUser('second', 'administrator');
  const by = { actor: { kind: 'system', part: 'test' } } as const;
  const results = await Promise.allSettled(
    [administratorId, second.userId].map((userId) =>
      staff.identity.changeUser({ organizationId, userId, state: 'disabled' }, by),
    ),
  );
  deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('a password that was reset is new, and ends the sessions', async () => {
  const { browser, addUser } = await administrator();
  const { userId, email } = await addUser('nurse', 'clinician');
  const nurse = api.caller();
  await nurse.call(signIn, { body: { email, password: staff.password } });
  const { password } = await browser.call(resetPassword, { params: { userId } });
  notEqual(password, staff.password);
  equal((await nurse.refusal(nurse.call(getUser, { params: { userId } }))).code, 'not-signed-in');
  await nurse.call(signIn, { body: { email, password } });
});

test('users are listed page by page, and only those of the own organisation', async () => {
  const { browser, addUser } = await administrator();
  for (const name of ['a', 'b', 'c', 'd']) await addUser(name, 'front-desk');
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await browser.call(listUsers, {
      query: { limit: '2', ...(cursor === undefined ? {} : { cursor }) },
    });
    seen.push(...page.items.map(({ displayName }) => displayName));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  deepEqual(seen.toSorted(), ['An administrator', 'User a', 'User b', 'User c', 'User d']);

  const stranger = await administrator();
  const { items } = await browser.call(listUsers);
  const params = { userId: items[0]?.userId ?? '' };
  equal((await stranger.browser.refusal(stranger.browser.call(getUser, { params }))).code, 'not-found');
  equal(
    (
      await stranger.browser.refusal(
        stranger.browser.call(changeUser, { params, body: { displayName: 'x' } }),
      )
    ).code,
    'not-found',
  );
  equal((await stranger.browser.refusal(stranger.browser.call(resetPassword, { params }))).code, 'not-found');
});

test('only administrators manage users', async () => {
  const { addUser } = await administrator();
  const { email, userId } = await addUser('nurse', 'clinician');
  const nurse = api.caller();
  await nurse.call(signIn, { body: { email, password: staff.password } });
  const refusal = await nurse.refusal(
    nurse.call(changeUser, { params: { userId }, body: { role: 'administrator' } }),
  );
  equal(refusal.code, 'forbidden');
  match(refusal.detail, /user\.manage/);
});
