import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as portal from '#contract/portal.ts';
import {
  extendRecipient,
  getSentMessage,
  getTimeline,
  listSentMessages,
  remindRecipient,
  revokeRecipient,
} from '#contract/sending.ts';
import { portalVisits } from '../../../test/support/portal-visits.ts';

const visits = await portalVisits();
const { road, clinic, nurse } = visits;
const minute = 60_000;

test('taken back: access ends at once, and the recipient sees that something was there', async () => {
  const { caller, offerId, messageId, token } = await visits.visit('back@verified.test');
  const sender = await visits.staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  const params = { messageId, recipientId: recipient?.recipientId ?? '' };
  const revoked = await sender.call(revokeRecipient, { params });
  assert.equal(revoked.state, 'revoked');
  assert.equal(
    (await caller.refusal(caller.call(portal.getPortalMessage, { params: { offerId } }))).code,
    'gone',
  );
  assert.deepEqual(
    (await caller.call(portal.getPortalInbox)).items.map(({ subject, state }) => ({ subject, state })),
    [{ subject: null, state: 'revoked' }],
  );
  assert.equal((await visits.browser().call(portal.getLink, { params: { token } })).state, 'revoked');
  assert.equal((await sender.refusal(sender.call(revokeRecipient, { params }))).code, 'conflict');
  await road.settle();
  assert.equal((await road.journey(clinic.organizationId, messageId, 'back@verified.test')).state, 'revoked');
});

test('a reminder brings a new link, at most once an hour; the old one works on', async () => {
  const address = 'slow@verified.test';
  const { messageId, token } = await visits.offerTo(address);
  const sender = await visits.staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  const params = { messageId, recipientId: recipient?.recipientId ?? '' };
  assert.equal((await sender.refusal(sender.call(remindRecipient, { params }))).code, 'too-many-requests');
  road.clock.advance(60 * minute);
  const again = await visits.staff(nurse.email);
  await again.call(remindRecipient, { params });
  await road.settle();
  const newToken = visits.linkIn(await visits.letterTo(address));
  assert.notEqual(newToken, token);
  for (const each of [token, newToken])
    assert.equal((await visits.browser().call(portal.getLink, { params: { token: each } })).state, 'waiting');
});

test('time runs out at its moment, later if the sender says so; the sender keeps the copy', async () => {
  const { messageId, token } = await visits.offerTo('expires@verified.test');
  const day = 24 * 60 * minute;
  road.clock.advance(89 * day);
  const sender = await visits.staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  await sender.call(extendRecipient, {
    params: { messageId, recipientId: recipient?.recipientId ?? '' },
    body: { days: 30 },
  });
  road.clock.advance(29 * day);
  assert.equal((await visits.browser().call(portal.getLink, { params: { token } })).state, 'waiting');
  road.clock.advance(day);
  assert.equal(
    (await visits.browser().call(portal.getLink, { params: { token } })).state,
    'expired',
    'by the clock, before anything tidied up',
  );
  await road.settle();
  assert.equal(
    (await road.journey(clinic.organizationId, messageId, 'expires@verified.test')).state,
    'expired',
  );
  assert.match((await road.messages.readRaw(clinic.organizationId, messageId)).toString(), /All is well/);
});

test('what ran out after it was read or answered is told apart from what nobody read', async () => {
  const answered = await visits.visit('answered@verified.test');
  const params = { offerId: answered.offerId };
  await answered.caller.call(portal.openPortalMessage, { params });
  await answered.caller.call(portal.replyFromPortal, { params, body: { text: 'Thank you.' } });
  const opened = await visits.visit('read@verified.test');
  await opened.caller.call(portal.openPortalMessage, { params: { offerId: opened.offerId } });
  const unread = await visits.offerTo('unread@verified.test');
  road.clock.advance(91 * 24 * 60 * minute);
  await road.settle();
  const sender = await visits.staff(nurse.email);
  const of = async ({ messageId }: { messageId: string }) => {
    const { states, expiredAfter } = await sender.call(getSentMessage, { params: { messageId } });
    return { states, expiredAfter };
  };
  const states = { expired: 1 };
  assert.deepEqual(await of(answered), { states, expiredAfter: { opened: 0, replied: 1 } });
  assert.deepEqual(await of(opened), { states, expiredAfter: { opened: 1, replied: 0 } });
  assert.deepEqual(await of(unread), { states, expiredAfter: { opened: 0, replied: 0 } });
});

test('what was sent is listed newest first, by pages, and only to its sender', async () => {
  const own = await clinic.addUser('lister', 'clinician');
  const sender = await visits.staff(own.email);
  const ids: string[] = [];
  for (const subject of ['one', 'two', 'three']) {
    ids.push(await visits.send(sender, 'listed@verified.test', { subject }));
    road.clock.advance(1_000);
  }
  await road.settle();
  const first = await sender.call(listSentMessages, { query: { limit: 2 } });
  const second = await sender.call(listSentMessages, { query: { limit: 2, cursor: first.nextCursor ?? '' } });
  assert.deepEqual(
    [...first.items, ...second.items].map(({ messageId }) => messageId),
    ids.toReversed(),
  );
  assert.deepEqual(first.items[0]?.states, { notified: 1 });
  assert.equal(second.nextCursor, null);
  const other = await visits.staff(nurse.email);
  assert.equal(
    (await other.refusal(other.call(getTimeline, { params: { messageId: ids[0] ?? '' } }))).code,
    'not-found',
  );
});
