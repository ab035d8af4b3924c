import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import * as portal from '#contract/portal.ts';
import { getSentMessage, getTimeline } from '#contract/sending.ts';
import { portalVisits } from '../../../test/support/portal-visits.ts';
import { sessionRules } from './session.ts';

const visits = await portalVisits();
const { road, clinic } = visits;
const minute = 60_000;

test('following a link changes nothing, however often and by whom', async () => {
  const { token, messageId } = await visits.offerTo('scanned@verified.test');
  const dump = async (): Promise<string> => {
    const tables = [
      'pickup.offer',
      'pickup.link',
      'pickup.verification',
      'pickup.receipt',
      'pickup.letter',
      'portal.session',
      'delivery.delivery',
      'platform.outbox',
      'audit.event',
    ];
    const rows = await Promise.all(
      tables.map((table) =>
        road.database.acrossTenants((tx) =>
          sql`SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS digest FROM ${sql.table(table)} t`.execute(
            tx,
          ),
        ),
      ),
    );
    return JSON.stringify(rows.map((each) => each.rows));
  };
  const before = await dump();
  for (let n = 0; n < 5; n += 1) {
    assert.deepEqual(await visits.browser().call(portal.getLink, { params: { token } }), {
      organizationName: 'A clinic',
      maskedAddress: 's•••@verified.test',
      state: 'waiting',
    });
  }
  assert.equal(await dump(), before);
  assert.deepEqual(await visits.eventsOf(messageId), ['offered', 'noticed']);
});

test('a link that has run out opens nothing, and brings a new one to its own mailbox', async () => {
  const address = 'later@verified.test';
  const { token } = await visits.offerTo(address);
  road.clock.advance(121 * 24 * 60 * minute);
  await road.settle();
  const caller = visits.browser();
  const params = { token };
  const { organizationName, state } = await caller.call(portal.getLink, { params });
  assert.equal(state, 'run-out');
  assert.ok(organizationName);
  for (const attempt of [
    () => caller.call(portal.requestCode, { params }),
    () => caller.call(portal.openPortalSession, { params, body: { code: '123456' } }),
  ])
    assert.equal((await caller.refusal(attempt())).code, 'not-found');
  await caller.call(portal.renewLink, { params });
  await road.settle();
  const fresh = visits.linkIn(await visits.letterTo(address));
  assert.notEqual(fresh, token);
  assert.equal((await caller.call(portal.getLink, { params: { token: fresh } })).state, 'inbox');
  for (let n = 0; n < 4; n += 1) await visits.browser().call(portal.renewLink, { params });
  assert.equal(
    (await caller.refusal(visits.browser().call(portal.renewLink, { params }))).code,
    'too-many-requests',
  );
});

test('a link that was made up is answered like one that is forgotten', async () => {
  const { token } = await visits.offerTo('known@verified.test');
  const changed = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  const foreign = Buffer.concat([Buffer.alloc(16, 7), Buffer.alloc(24, 7)]).toString('base64url');
  road.clock.advance((120 + 366) * 24 * 60 * minute);
  await road.settle();
  const answers = await Promise.all(
    ['x'.repeat(54), changed, foreign, token].map(async (made) => {
      const { code, detail, status } = await visits
        .browser()
        .refusal(visits.browser().call(portal.getLink, { params: { token: made } }));
      return { code, detail, status };
    }),
  );
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  assert.equal(answers[0]?.status, 404);
  const renewing = visits.browser().call(portal.renewLink, { params: { token: changed } });
  assert.equal((await visits.browser().refusal(renewing)).code, 'not-found');
});

/** Of a lock, in the list of what was sent and on the timeline. */
async function seenBySender(messageId: string) {
  const sender = await visits.staff(visits.nurse.email);
  const { locked } = await sender.call(getSentMessage, { params: { messageId } });
  const { recipients } = await sender.call(getTimeline, { params: { messageId } });
  return { listed: locked, lockedUntil: recipients[0]?.lockedUntil };
}

test('five wrong codes lock, tell the recipient and the sender, and destroy nothing', async () => {
  const address = 'locked@verified.test';
  const { token, messageId } = await visits.offerTo(address);
  const caller = visits.browser();
  const right = await visits.codeFor(caller, token, address);
  const wrong = right === '000000' ? '000001' : '000000';
  const answer = (code: string) =>
    caller.refusal(caller.call(portal.openPortalSession, { params: { token }, body: { code } }));
  const codes: string[] = [];
  for (let n = 0; n < 5; n += 1) codes.push((await answer(wrong)).code);
  assert.deepEqual(codes, ['code-not-right', 'code-not-right', 'code-not-right', 'code-not-right', 'locked']);
  assert.equal((await answer(right)).code, 'locked', 'the right one does not help now');
  assert.equal((await caller.refusal(caller.call(portal.requestCode, { params: { token } }))).code, 'locked');
  await road.settle();
  assert.match(await visits.letterTo(address), /wrong code five times/);
  assert.ok((await visits.eventsOf(messageId)).includes('locked'));
  const lockedUntil = new Date(road.clock.now().getTime() + 15 * minute).toISOString();
  assert.deepEqual(await seenBySender(messageId), { listed: 1, lockedUntil });
  road.clock.advance(15 * minute);
  assert.deepEqual(await seenBySender(messageId), { listed: 0, lockedUntil: null });
  const session = await caller.call(portal.openPortalSession, {
    params: { token },
    body: { code: await visits.codeFor(caller, token, address) },
  });
  assert.equal(
    (await caller.call(portal.getPortalMessage, { params: { offerId: session.offerId ?? '' } })).subject,
    'Your result',
  );
});

test('a code is asked for at most every thirty seconds', async () => {
  const { token } = await visits.offerTo('hasty@verified.test');
  const caller = visits.browser();
  await caller.call(portal.requestCode, { params: { token } });
  const refused = await caller.refusal(caller.call(portal.requestCode, { params: { token } }));
  assert.equal(refused.code, 'too-many-requests');
  assert.equal(refused.retryAfter, 30);
});

test('a visit ends after a quarter of an hour without a call, and after eight hours whatever is done', async () => {
  const { caller } = await visits.visit('idle@verified.test');
  road.clock.advance(sessionRules.idleMinutes * minute - 1);
  await caller.call(portal.getPortalInbox);
  road.clock.advance(sessionRules.idleMinutes * minute);
  assert.equal((await caller.refusal(caller.call(portal.getPortalInbox))).code, 'not-signed-in');
  const long = await visits.visit('long@verified.test');
  for (let n = 0; n < (sessionRules.absoluteHours * 60) / 10 - 1; n += 1) {
    road.clock.advance(10 * minute);
    await long.caller.call(portal.getPortalSession);
  }
  road.clock.advance(10 * minute);
  assert.equal((await long.caller.refusal(long.caller.call(portal.getPortalSession))).code, 'not-signed-in');
});

test('a lost notice loses nothing: a new link comes for whoever asks, and nobody learns who is known', async () => {
  const address = 'lost@verified.test';
  await visits.offerTo(address);
  const slug =
    (await road.organizations.list()).find(({ organizationId }) => organizationId === clinic.organizationId)
      ?.slug ?? '';
  const caller = visits.browser();
  const answers = [
    await caller.call(portal.requestAccess, { body: { organizationSlug: slug, address } }),
    await caller.call(portal.requestAccess, {
      body: { organizationSlug: slug, address: 'unknown@verified.test' },
    }),
    await caller.call(portal.requestAccess, { body: { organizationSlug: 'no-such', address } }),
  ];
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  await road.settle();
  assert.equal(road.lab.inbox.messagesFor('unknown@verified.test').length, 0);
  const token = visits.linkIn(await visits.letterTo(address));
  assert.equal((await caller.call(portal.getLink, { params: { token } })).state, 'inbox');
  const session = await caller.call(portal.openPortalSession, {
    params: { token },
    body: { code: await visits.codeFor(caller, token, address) },
  });
  assert.equal(session.offerId, null);
  assert.equal((await caller.call(portal.getPortalInbox)).items.length, 1);
});

test('a code does not go out in the clear to a server that has encrypted before', async () => {
  const address = 'downgraded@verified.test';
  const { token } = await visits.offerTo(address);
  await road.lab.alterServer('mx.verified.test', { tls: 'none' });
  const caller = visits.browser();
  await caller.call(portal.requestCode, { params: { token } });
  await road.settle();
  assert.doesNotMatch(await visits.letterTo(address), /^\d{6}$/m);
  await road.lab.alterServer('mx.verified.test', { tls: 'verified' });
  road.clock.advance(minute);
  await road.settle();
  assert.match(await visits.letterTo(address), /^\d{6}$/m);
});

test('nothing at all goes out in the clear where a policy in force demands TLS', async () => {
  await road.lab.alterServer('mx.sts.test', { tls: 'none' });
  await visits.send(await visits.staff(visits.nurse.email), 'downgraded@sts.test');
  await road.settle();
  assert.equal(await visits.letterTo('downgraded@sts.test'), '');
  await road.lab.alterServer('mx.sts.test', { tls: 'verified' });
});

test('how soon the answer comes does not tell who is known', async () => {
  const { slug } = await road.database.inTenant(clinic.organizationId, (tx) =>
    road.organizations.get(tx, clinic.organizationId),
  );
  for (const body of [
    { organizationSlug: slug, address: 'stranger@verified.test' },
    { organizationSlug: 'nobody', address: 'stranger@verified.test' },
    { organizationSlug: slug, address: 'no address' },
  ]) {
    const began = performance.now();
    await visits.browser().call(portal.requestAccess, { body });
    assert.ok(performance.now() - began > 390, 'no sooner than a letter takes to write');
  }
});

test('access to a new link is limited for each address', async () => {
  const body = { organizationSlug: 'x', address: 'often@verified.test' };
  for (let n = 0; n < 5; n += 1) await visits.browser().call(portal.requestAccess, { body });
  assert.equal(
    (await visits.browser().refusal(visits.browser().call(portal.requestAccess, { body }))).code,
    'too-many-requests',
  );
});
