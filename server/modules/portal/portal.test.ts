import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { sql } from 'kysely';
import { signIn } from '#contract/identity.ts';
import type { MessageId, OfferId } from '#contract/ids.ts';
import * as portal from '#contract/portal.ts';
import { extendRecipient, getTimeline, listSentMessages, remindRecipient, revokeRecipient, sendMessage } from '#contract/sending.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { staffApi, type ApiCaller } from '../../../test/support/staff-api.ts';
import type { TestOrganization } from '../../../test/support/staff.ts';
import { sessionRules } from './session.ts';

const road = await mainRoad();
const api = await staffApi(road, {
  routes: [...road.sending.routes, ...road.portal.routes],
  authenticateRecipient: (credentials) => road.portal.authenticate(credentials),
});
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const minute = 60_000;
let callers = 0;

/** Each browser has an address of its own: limits for one are not limits for all. */
const browser = (): ApiCaller => {
  callers += 1;
  return api.caller({ ip: `198.51.100.${callers}` });
};

async function staff(email: string): Promise<ApiCaller> {
  const caller = browser();
  await caller.call(signIn, { body: { email, password: road.password } });
  return caller;
}

const letters = (address: string) => road.lab.inbox.messagesFor(address);
const textOf = async (raw: Buffer | undefined): Promise<string> => (await PostalMime.parse(raw ?? Buffer.alloc(0))).text ?? '';
const linkIn = (text: string): string => /https:\/\/portal\.test\/p\/([\w-]+)/.exec(text)?.[1] ?? '';
const lastText = async (address: string): Promise<string> => textOf(letters(address).at(-1)?.raw);

interface Visit {
  readonly caller: ApiCaller;
  readonly token: string;
  readonly offerId: OfferId;
  readonly messageId: MessageId;
}

async function offerTo(address: string, more: Partial<Parameters<typeof sendOver>[1]> = {}): Promise<{ messageId: MessageId; token: string }> {
  const messageId = await sendOver(await staff(nurse.email), { to: [address], ...more });
  await road.settle();
  return { messageId, token: linkIn(await lastText(address)) };
}

async function sendOver(caller: ApiCaller, draft: { to: string[]; subject?: string; text?: string; attachments?: { filename: string; contentType: string; contentBase64: string }[] }): Promise<MessageId> {
  const { messageId } = await caller.call(sendMessage, { body: { subject: 'Your result', text: 'All is well.', category: 'clinical', options: { protection: 'portal' }, ...draft } });
  return messageId as MessageId;
}

async function codeFor(caller: ApiCaller, token: string, address: string): Promise<string> {
  await caller.call(portal.requestCode, { params: { token } });
  await road.settle();
  return /^\d{6}$/m.exec(await lastText(address))?.[0] ?? '';
}

async function visit(address: string, more: Parameters<typeof offerTo>[1] = {}): Promise<Visit> {
  const { messageId, token } = await offerTo(address, more);
  const caller = browser();
  const session = await caller.call(portal.openPortalSession, { params: { token }, body: { code: await codeFor(caller, token, address) } });
  assert.ok(session.offerId);
  return { caller, token, offerId: session.offerId as OfferId, messageId };
}

const eventsOf = async (messageId: MessageId): Promise<string[]> => {
  const timeline = await (await staff(nurse.email)).call(getTimeline, { params: { messageId } });
  return timeline.recipients.flatMap(({ events }) => events.map(({ what }) => what));
};

test('a patient reads, downloads and answers, without account or password', async () => {
  const attachments = [{ filename: 'plan.txt', contentType: 'text/plain', contentBase64: Buffer.from('Rest.').toString('base64') }];
  const { caller, offerId, messageId, token } = await visit('patient@verified.test', { attachments });
  const notice = await lastTextWith('patient@verified.test', token);
  assert.doesNotMatch(notice, /result|well|nurse|patient/i);

  const inbox = await caller.call(portal.getPortalInbox);
  assert.deepEqual(inbox.items.map(({ subject, state, from, hasAttachment }) => ({ subject, state, from, hasAttachment })), [
    { subject: 'Your result', state: 'waiting', from: 'User nurse', hasAttachment: true },
  ]);
  const message = await caller.call(portal.getPortalMessage, { params: { offerId } });
  assert.equal(message.text.trim(), 'All is well.');
  assert.ok(!(await eventsOf(messageId)).includes('opened'), 'reading by a program opens nothing');
  await caller.call(portal.openPortalMessage, { params: { offerId } });
  await caller.call(portal.openPortalMessage, { params: { offerId } });
  const [attachment] = message.attachments;
  const file = await caller.call(portal.downloadPortalAttachment, { params: { offerId, partId: attachment?.partId ?? '' } });
  assert.equal(await file.text(), 'Rest.');

  const reply = await caller.call(portal.replyFromPortal, { params: { offerId }, body: { text: 'Thank you.', attachments } }, { idempotencyKey: 'the-same-key' });
  assert.deepEqual(await caller.call(portal.replyFromPortal, { params: { offerId }, body: { text: 'Thank you.', attachments } }, { idempotencyKey: 'the-same-key' }), reply);
  await road.settle();
  assert.deepEqual((await eventsOf(messageId)), ['offered', 'noticed', 'opened', 'downloaded', 'replied']);

  const placed = road.placements.filter((placement) => placement.messageId === reply.messageId);
  assert.deepEqual(placed.map(({ userId, role, arrival }) => ({ userId, role, arrival })), [{ userId: nurse.userId, role: 'inbox', arrival: { how: 'portal' } }]);
  const { organizationId } = clinic;
  const [original, answer] = await road.database.inTenant(organizationId, (tx) => road.messages.summaries(tx, [messageId, reply.messageId as MessageId]));
  assert.equal(answer?.threadId, original?.threadId, 'in its thread');
  const content = await road.messages.readContent(organizationId, reply.messageId as MessageId);
  assert.equal(content.subject, 'Re: Your result');
  assert.deepEqual(content.from.map(({ address }) => address), ['patient@verified.test']);
  assert.deepEqual(content.attachments.map(({ filename }) => filename), ['plan.txt']);

  await caller.call(portal.endPortalSession);
  assert.equal((await caller.refusal(caller.call(portal.getPortalInbox))).code, 'not-signed-in');
});

async function lastTextWith(address: string, token: string): Promise<string> {
  const texts = await Promise.all(letters(address).map(({ raw }) => textOf(raw)));
  return texts.find((text) => text.includes(token)) ?? '';
}

test('following a link changes nothing, however often and by whom', async () => {
  const { token, messageId } = await offerTo('scanned@verified.test');
  const dump = async (): Promise<string> => {
    const tables = ['pickup.offer', 'pickup.link', 'pickup.verification', 'pickup.receipt', 'pickup.letter', 'portal.session', 'delivery.delivery', 'platform.outbox', 'audit.event'];
    const rows = await Promise.all(tables.map((table) => road.database.acrossTenants((tx) => sql`SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS digest FROM ${sql.table(table)} t`.execute(tx))));
    return JSON.stringify(rows.map((each) => each.rows));
  };
  const before = await dump();
  for (let n = 0; n < 5; n += 1) {
    assert.deepEqual(await browser().call(portal.getLink, { params: { token } }), { organizationName: 'A clinic', maskedAddress: 's•••@verified.test', state: 'waiting' });
  }
  assert.equal(await dump(), before);
  assert.deepEqual(await eventsOf(messageId), ['offered', 'noticed']);
});

test('a link that was made up is answered like one that has run out', async () => {
  const { token } = await offerTo('known@verified.test');
  const changed = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  const foreign = Buffer.concat([Buffer.alloc(16, 7), Buffer.alloc(24, 7)]).toString('base64url');
  const answers = await Promise.all(['x'.repeat(54), changed, foreign].map(async (made) => {
    const { code, detail, status } = await browser().refusal(browser().call(portal.getLink, { params: { token: made } }));
    return { code, detail, status };
  }));
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  assert.equal(answers[0]?.status, 404);
});

test('five wrong codes lock, tell the recipient and the sender, and destroy nothing', async () => {
  const address = 'locked@verified.test';
  const { token, messageId } = await offerTo(address);
  const caller = browser();
  const right = await codeFor(caller, token, address);
  const wrong = right === '000000' ? '000001' : '000000';
  const answer = (code: string) => caller.refusal(caller.call(portal.openPortalSession, { params: { token }, body: { code } }));
  const codes: string[] = [];
  for (let n = 0; n < 5; n += 1) codes.push((await answer(wrong)).code);
  assert.deepEqual(codes, ['code-not-right', 'code-not-right', 'code-not-right', 'code-not-right', 'locked']);
  assert.equal((await answer(right)).code, 'locked', 'the right one does not help now');
  assert.equal((await caller.refusal(caller.call(portal.requestCode, { params: { token } }))).code, 'locked');
  await road.settle();
  assert.match(await lastText(address), /wrong code five times/);
  assert.ok((await eventsOf(messageId)).includes('locked'));
  road.clock.advance(15 * minute);
  const session = await caller.call(portal.openPortalSession, { params: { token }, body: { code: await codeFor(caller, token, address) } });
  assert.equal((await caller.call(portal.getPortalMessage, { params: { offerId: session.offerId ?? '' } })).subject, 'Your result');
});

test('a code is asked for at most every thirty seconds', async () => {
  const { token } = await offerTo('hasty@verified.test');
  const caller = browser();
  await caller.call(portal.requestCode, { params: { token } });
  const refused = await caller.refusal(caller.call(portal.requestCode, { params: { token } }));
  assert.equal(refused.code, 'too-many-requests');
  assert.equal(refused.retryAfter, 30);
});

test('a visit ends after a quarter of an hour without a call, and after eight hours whatever is done', async () => {
  const { caller } = await visit('idle@verified.test');
  road.clock.advance(sessionRules.idleMinutes * minute - 1);
  await caller.call(portal.getPortalInbox);
  road.clock.advance(sessionRules.idleMinutes * minute);
  assert.equal((await caller.refusal(caller.call(portal.getPortalInbox))).code, 'not-signed-in');
  const long = await visit('long@verified.test');
  for (let n = 0; n < (sessionRules.absoluteHours * 60) / 10 - 1; n += 1) {
    road.clock.advance(10 * minute);
    await long.caller.call(portal.getPortalSession);
  }
  road.clock.advance(10 * minute);
  assert.equal((await long.caller.refusal(long.caller.call(portal.getPortalSession))).code, 'not-signed-in');
});

test('a recipient sees their own messages of one organisation, and no other', async () => {
  const address = 'two@verified.test';
  const other: TestOrganization = await road.newOrganizationWithStaff();
  const doctor = await other.addUser('doctor', 'clinician');
  const first = await visit(address);
  await sendOver(await staff(doctor.email), { to: [address], subject: 'From elsewhere' });
  const stranger = await visit('stranger@verified.test');
  assert.deepEqual((await first.caller.call(portal.getPortalInbox)).items.map(({ offerId }) => offerId), [first.offerId]);
  for (const [caller, offerId] of [[first.caller, stranger.offerId], [stranger.caller, first.offerId]] as const) {
    assert.equal((await caller.refusal(caller.call(portal.getPortalMessage, { params: { offerId } }))).code, 'not-found');
    assert.equal((await caller.refusal(caller.call(portal.replyFromPortal, { params: { offerId }, body: { text: 'x' } }))).code, 'not-found');
  }
  const { rows } = await road.database.acrossTenants((tx) => sql<{ n: number }>`SELECT count(DISTINCT address_index) AS n FROM pickup.recipient WHERE recipient_id IN (
    SELECT recipient_id FROM pickup.offer WHERE organization_id IN (${clinic.organizationId}, ${other.organizationId}))`.execute(tx));
  assert.ok((rows[0]?.n ?? 0) > 0);
});

test('a lost notice loses nothing: a new link comes for whoever asks, and nobody learns who is known', async () => {
  const address = 'lost@verified.test';
  await offerTo(address);
  const slug = (await road.organizations.list()).find(({ organizationId }) => organizationId === clinic.organizationId)?.slug ?? '';
  const caller = browser();
  const answers = [
    await caller.call(portal.requestAccess, { body: { organizationSlug: slug, address } }),
    await caller.call(portal.requestAccess, { body: { organizationSlug: slug, address: 'unknown@verified.test' } }),
    await caller.call(portal.requestAccess, { body: { organizationSlug: 'no-such', address } }),
  ];
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  await road.settle();
  assert.equal(letters('unknown@verified.test').length, 0);
  const token = linkIn(await lastText(address));
  assert.equal((await caller.call(portal.getLink, { params: { token } })).state, 'inbox');
  const session = await caller.call(portal.openPortalSession, { params: { token }, body: { code: await codeFor(caller, token, address) } });
  assert.equal(session.offerId, null);
  assert.equal((await caller.call(portal.getPortalInbox)).items.length, 1);
});

test('access to a new link is limited for each address', async () => {
  const body = { organizationSlug: 'x', address: 'often@verified.test' };
  for (let n = 0; n < 5; n += 1) await browser().call(portal.requestAccess, { body });
  assert.equal((await browser().refusal(browser().call(portal.requestAccess, { body }))).code, 'too-many-requests');
});

test('taken back: access ends at once, and the recipient sees that something was there', async () => {
  const { caller, offerId, messageId, token } = await visit('back@verified.test');
  const sender = await staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  const params = { messageId, recipientId: recipient?.recipientId ?? '' };
  const revoked = await sender.call(revokeRecipient, { params });
  assert.equal(revoked.state, 'revoked');
  assert.equal((await caller.refusal(caller.call(portal.getPortalMessage, { params: { offerId } }))).code, 'gone');
  assert.deepEqual((await caller.call(portal.getPortalInbox)).items.map(({ subject, state }) => ({ subject, state })), [{ subject: null, state: 'revoked' }]);
  assert.equal((await browser().call(portal.getLink, { params: { token } })).state, 'revoked');
  assert.equal((await sender.refusal(sender.call(revokeRecipient, { params }))).code, 'conflict');
  await road.settle();
  assert.equal((await road.journey(clinic.organizationId, messageId, 'back@verified.test')).state, 'revoked');
});

test('a reminder brings a new link, at most once an hour; the old one works on', async () => {
  const address = 'slow@verified.test';
  const { messageId, token } = await offerTo(address);
  const sender = await staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  const params = { messageId, recipientId: recipient?.recipientId ?? '' };
  assert.equal((await sender.refusal(sender.call(remindRecipient, { params }))).code, 'too-many-requests');
  road.clock.advance(60 * minute);
  const again = await staff(nurse.email);
  await again.call(remindRecipient, { params });
  await road.settle();
  const newToken = linkIn(await lastText(address));
  assert.notEqual(newToken, token);
  for (const each of [token, newToken]) assert.equal((await browser().call(portal.getLink, { params: { token: each } })).state, 'waiting');
});

test('time runs out at its moment, later if the sender says so; the sender keeps the copy', async () => {
  const { messageId, token } = await offerTo('expires@verified.test');
  const day = 24 * 60 * minute;
  road.clock.advance(89 * day);
  const sender = await staff(nurse.email);
  const [recipient] = (await sender.call(getTimeline, { params: { messageId } })).recipients;
  await sender.call(extendRecipient, { params: { messageId, recipientId: recipient?.recipientId ?? '' }, body: { days: 30 } });
  road.clock.advance(29 * day);
  assert.equal((await browser().call(portal.getLink, { params: { token } })).state, 'waiting');
  road.clock.advance(day);
  assert.equal((await browser().call(portal.getLink, { params: { token } })).state, 'expired', 'by the clock, before anything tidied up');
  await road.settle();
  assert.equal((await road.journey(clinic.organizationId, messageId, 'expires@verified.test')).state, 'expired');
  assert.match((await road.messages.readRaw(clinic.organizationId, messageId)).toString(), /All is well/);
});

test('letters are destroyed once they have arrived: no link and no code stays in the store', async () => {
  await visit('forget@verified.test');
  const { rows } = await road.database.acrossTenants((tx) => sql<{ n: number }>`
    SELECT count(*) AS n FROM pickup.letter l WHERE l.settled_at IS NULL`.execute(tx));
  assert.equal(rows[0]?.n, 0);
  const { rows: kept } = await road.database.acrossTenants((tx) => sql<{ message_id: MessageId; organization_id: typeof clinic.organizationId }>`
    SELECT message_id, organization_id FROM pickup.letter ORDER BY created_at DESC LIMIT 2`.execute(tx));
  for (const { message_id, organization_id } of kept) await assert.rejects(road.messages.readRaw(organization_id, message_id));
});

test('what was sent is listed newest first, by pages, and only to its sender', async () => {
  const own = await clinic.addUser('lister', 'clinician');
  const sender = await staff(own.email);
  const ids: string[] = [];
  for (const subject of ['one', 'two', 'three']) {
    ids.push(await sendOver(sender, { to: ['listed@verified.test'], subject }));
    road.clock.advance(1_000);
  }
  await road.settle();
  const first = await sender.call(listSentMessages, { query: { limit: 2 } });
  const second = await sender.call(listSentMessages, { query: { limit: 2, cursor: first.nextCursor ?? '' } });
  assert.deepEqual([...first.items, ...second.items].map(({ messageId }) => messageId), ids.toReversed());
  assert.deepEqual(first.items[0]?.states, { notified: 1 });
  assert.equal(second.nextCursor, null);
  const other = await staff(nurse.email);
  assert.equal((await other.refusal(other.call(getTimeline, { params: { messageId: ids[0] ?? '' } }))).code, 'not-found');
});
