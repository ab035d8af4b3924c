import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import {
  changePassword,
  endSession,
  getSession,
  listSessions,
  signIn,
  signOut,
  signOutEverywhere,
  touchSession,
} from '#contract/identity.ts';
import { changeOrganization } from '#contract/organizations.ts';
import { testStaff } from '../../../test/support/staff.ts';
import { staffApi, type ApiCaller } from '../../../test/support/staff-api.ts';
import { decodeToken, encodeToken } from './opaque-token.ts';

const staff = await testStaff();
const api = await staffApi(staff);
const cookie = '__Host-carepost_session';
const minute = 60_000;

async function signedIn(email: string): Promise<ApiCaller> {
  const browser = api.caller({ headers: { 'user-agent': 'A browser' } });
  await browser.call(signIn, { body: { email, password: staff.password } });
  return browser;
}

async function isSignedIn(browser: ApiCaller): Promise<boolean> {
  return browser.call(getSession, { query: { peek: 'true' } }).then(
    () => true,
    () => false,
  );
}

test('a session ends after fifteen minutes without activity, and that is recorded once', async () => {
  const { administratorEmail, organizationId } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  staff.clock.advance(14 * minute);
  equal((await browser.call(getSession)).session?.idleRemainingSeconds, 15 * 60, 'a call is activity');
  staff.clock.advance(14 * minute + 59_999);
  equal(await isSignedIn(browser), true);
  staff.clock.advance(1);
  equal(await isSignedIn(browser), false);
  equal(await isSignedIn(browser), false);
  const ended = staff.recorded.filter(
    (event) => event.organizationId === organizationId && event.kind === 'session.ended',
  );
  deepEqual(
    ended.map(({ fields, actor }) => [fields?.['because'], actor.kind]),
    [['idle', 'system']],
  );
});

test('looking how long the session lasts does not prolong it; saying "I am here" does', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  staff.clock.advance(13 * minute);
  equal((await browser.call(getSession, { query: { peek: 'true' } })).session?.idleRemainingSeconds, 2 * 60);
  const page = api.caller({ headers: { 'x-carepost-passive': '1' } });
  page.cookies.set(cookie, browser.cookies.get(cookie) ?? '');
  equal(
    (await page.call(getSession)).session?.idleRemainingSeconds,
    2 * 60,
    'nor does what a page asks by itself',
  );
  equal((await browser.call(touchSession)).session?.idleRemainingSeconds, 15 * 60);
});

test('activity is written down at most once a minute', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  staff.clock.advance(59_000);
  equal((await browser.call(getSession)).session?.idleRemainingSeconds, 15 * 60 - 59);
  staff.clock.advance(1_000);
  equal((await browser.call(getSession)).session?.idleRemainingSeconds, 15 * 60);
});

test('a session ends after twelve hours, active or not', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  for (let n = 0; n < 71; n++) {
    staff.clock.advance(10 * minute);
    await browser.call(getSession);
  }
  staff.clock.advance(9 * minute);
  equal((await browser.call(getSession)).session?.idleRemainingSeconds, 60, 'the nearer limit is told');
  staff.clock.advance(minute);
  equal((await browser.refusal(browser.call(getSession))).code, 'not-signed-in');
});

test('a limit that is lowered holds for sessions that are open', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  await browser.call(changeOrganization, { body: { settings: { idleMinutes: 5 } } });
  staff.clock.advance(5 * minute);
  equal(await isSignedIn(browser), false);
});

test('sessions are listed with where they are from, and ended one by one or all at once', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const [here, there, forgotten] = [
    await signedIn(administratorEmail),
    await signedIn(administratorEmail),
    await signedIn(administratorEmail),
  ];
  const { items } = await here.call(listSessions);
  equal(items.length, 3);
  deepEqual(
    items.map(({ current }) => current),
    [false, false, true],
  );
  deepEqual([items[0]?.ip, items[0]?.userAgent], ['192.0.2.1', 'A browser']);

  const other = (await there.call(getSession)).session?.sessionId ?? '';
  await here.call(endSession, { params: { sessionId: other } });
  equal(await isSignedIn(there), false);
  equal((await here.refusal(here.call(endSession, { params: { sessionId: other } }))).code, 'not-found');

  await here.call(signOutEverywhere);
  equal(here.cookies.size, 0);
  equal(await isSignedIn(forgotten), false);
});

test('signing out ends the session for a copy of its cookie too', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  const copy = api.caller();
  copy.cookies.set(cookie, browser.cookies.get(cookie) ?? '');
  await browser.call(signOut);
  equal(await isSignedIn(copy), false);
});

test('nobody ends the session of somebody else', async () => {
  const organization = await staff.newOrganizationWithStaff();
  const { email } = await organization.addUser('nurse', 'clinician');
  const nurse = await signedIn(email);
  const sessionId = (await nurse.call(getSession)).session?.sessionId ?? '';
  const admin = await signedIn(organization.administratorEmail);
  equal((await admin.refusal(admin.call(endSession, { params: { sessionId } }))).code, 'not-found');
  const stranger = await signedIn((await staff.newOrganizationWithStaff()).administratorEmail);
  equal((await stranger.refusal(stranger.call(endSession, { params: { sessionId } }))).code, 'not-found');
  equal(await isSignedIn(nurse), true);
});

test('a token of another session, another organisation or another secret opens nothing', async () => {
  const mine = await staff.newOrganizationWithStaff();
  const other = await staff.newOrganizationWithStaff();
  const browser = await signedIn(mine.administratorEmail);
  const token = decodeToken(browser.cookies.get(cookie) ?? '');
  if (token === undefined) throw new Error('The cookie is no token');
  const forgeries = [
    encodeToken({ ...token, secret: Buffer.alloc(32) }),
    encodeToken({ ...token, organizationId: other.organizationId }),
    encodeToken({
      ...token,
      id: (await (await signedIn(mine.administratorEmail)).call(getSession)).session
        ?.sessionId as typeof token.id,
    }),
    '',
    'x'.repeat(86),
    'ÿ'.repeat(43),
  ];
  for (const forgery of forgeries) {
    const thief = api.caller();
    thief.cookies.set(cookie, forgery);
    equal(await isSignedIn(thief), false);
  }
});

test('the database does not hold what a session is opened with', async () => {
  const { administratorEmail } = await staff.newOrganizationWithStaff();
  const browser = await signedIn(administratorEmail);
  const { secret } = decodeToken(browser.cookies.get(cookie) ?? '') ?? {};
  const admin = new pg.Client(staff.connection);
  await admin.connect();
  const { rows } = await admin.query<{ secret_digest: Buffer }>('SELECT secret_digest FROM identity.session');
  await admin.end();
  notEqual(rows.length, 0);
  for (const row of rows) notEqual(row.secret_digest.toString('hex'), secret?.toString('hex'));
});

test('changing the password needs the current one, refuses weak ones and ends all other sessions', async () => {
  const { administratorEmail: email, organizationId } = await staff.newOrganizationWithStaff();
  const [here, there] = [await signedIn(email), await signedIn(email)];
  const change = (currentPassword: string, newPassword: string) =>
    here.call(changePassword, { body: { currentPassword, newPassword } });
  equal(
    (await here.refusal(change('not the password', 'granite-teapot-sings-3'))).code,
    'invalid-credentials',
  );
  const weak = await here.refusal(change(staff.password, 'Password2026!'));
  equal(weak.code, 'weak-password');
  match(weak.detail, /first that others would try/);
  equal(await isSignedIn(there), true);

  await change(staff.password, 'granite-teapot-sings-3');
  equal(await isSignedIn(here), true);
  equal(await isSignedIn(there), false);
  const fresh = api.caller();
  equal(
    (await fresh.refusal(fresh.call(signIn, { body: { email, password: staff.password } }))).code,
    'invalid-credentials',
  );
  await fresh.call(signIn, { body: { email, password: 'granite-teapot-sings-3' } });
  const kinds = staff.recorded
    .filter((event) => event.organizationId === organizationId)
    .map(({ kind }) => kind);
  equal(kinds.filter((kind) => kind === 'user.password-changed').length, 1);
  equal(kinds.filter((kind) => kind === 'user.password-change-refused').length, 1);
});

test('the sweep ends what nobody came back to and says so', async () => {
  const { administratorEmail, organizationId } = await staff.newOrganizationWithStaff();
  await signedIn(administratorEmail);
  staff.clock.advance(16 * minute);
  const [loop] = staff.identity.loops;
  await loop?.runUntilIdle();
  const ended = staff.recorded.filter(
    (event) => event.organizationId === organizationId && event.kind === 'session.ended',
  );
  deepEqual(
    ended.map(({ fields }) => fields?.['because']),
    ['idle'],
  );
  equal(await loop?.runUntilIdle(), 0);
});
