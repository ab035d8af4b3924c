import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { MessageId } from '#contract/ids.ts';
import * as portal from '#contract/portal.ts';
import { portalVisits } from '../../../test/support/portal-visits.ts';

const visits = await portalVisits();
const { road, clinic, nurse } = visits;

test('a patient reads, downloads and answers, without account or password', async () => {
  const attachments = [
    {
      filename: 'plan.txt',
      contentType: 'text/plain',
      contentBase64: Buffer.from('Rest.').toString('base64'),
    },
  ];
  const { caller, offerId, messageId, token } = await visits.visit('patient@verified.test', { attachments });
  const notice = await visits.letterTo('patient@verified.test', token);
  assert.doesNotMatch(notice, /result|well|nurse|patient/i);

  const inbox = await caller.call(portal.getPortalInbox);
  assert.deepEqual(
    inbox.items.map(({ subject, state, from, hasAttachment }) => ({ subject, state, from, hasAttachment })),
    [{ subject: 'Your result', state: 'waiting', from: 'User nurse', hasAttachment: true }],
  );
  const message = await caller.call(portal.getPortalMessage, { params: { offerId } });
  assert.equal(message.text.trim(), 'All is well.');
  assert.ok(!(await visits.eventsOf(messageId)).includes('opened'), 'reading by a program opens nothing');
  await caller.call(portal.openPortalMessage, { params: { offerId } });
  await caller.call(portal.openPortalMessage, { params: { offerId } });
  const [attachment] = message.attachments;
  const file = await caller.call(portal.downloadPortalAttachment, {
    params: { offerId, partId: attachment?.partId ?? '' },
  });
  assert.equal(await file.text(), 'Rest.');

  const reply = await caller.call(
    portal.replyFromPortal,
    { params: { offerId }, body: { text: 'Thank you.', attachments } },
    { idempotencyKey: 'the-same-key' },
  );
  assert.deepEqual(
    await caller.call(
      portal.replyFromPortal,
      { params: { offerId }, body: { text: 'Thank you.', attachments } },
      { idempotencyKey: 'the-same-key' },
    ),
    reply,
  );
  await road.settle();
  assert.deepEqual(await visits.eventsOf(messageId), [
    'offered',
    'noticed',
    'opened',
    'downloaded',
    'replied',
  ]);

  const placed = road.placements.filter((placement) => placement.messageId === reply.messageId);
  assert.deepEqual(
    placed.map(({ userId, role, arrival }) => ({ userId, role, arrival })),
    [{ userId: nurse.userId, role: 'inbox', arrival: { how: 'portal' } }],
  );
  const { organizationId } = clinic;
  const [original, answer] = await road.database.inTenant(organizationId, (tx) =>
    road.messages.summaries(tx, [messageId, reply.messageId as MessageId]),
  );
  assert.equal(answer?.threadId, original?.threadId, 'in its thread');
  const content = await road.messages.readContent(organizationId, reply.messageId as MessageId);
  assert.equal(content.subject, 'Re: Your result');
  assert.deepEqual(
    content.from.map(({ address }) => address),
    ['patient@verified.test'],
  );
  assert.deepEqual(
    content.attachments.map(({ filename }) => filename),
    ['plan.txt'],
  );

  await caller.call(portal.endPortalSession);
  assert.equal((await caller.refusal(caller.call(portal.getPortalInbox))).code, 'not-signed-in');
});

test('a recipient sees their own messages of one organisation, and no other', async () => {
  const address = 'two@verified.test';
  const other = await road.newOrganizationWithStaff();
  const doctor = await other.addUser('doctor', 'clinician');
  const first = await visits.visit(address);
  const elsewhere = await visits.send(await visits.staff(doctor.email), address, {
    subject: 'From elsewhere',
  });
  const stranger = await visits.visit('stranger@verified.test');
  assert.deepEqual(
    (await first.caller.call(portal.getPortalInbox)).items.map(({ offerId }) => offerId),
    [first.offerId],
  );
  for (const [caller, offerId] of [
    [first.caller, stranger.offerId],
    [stranger.caller, first.offerId],
  ] as const) {
    assert.equal(
      (await caller.refusal(caller.call(portal.getPortalMessage, { params: { offerId } }))).code,
      'not-found',
    );
    assert.equal(
      (
        await caller.refusal(
          caller.call(portal.replyFromPortal, { params: { offerId }, body: { text: 'x' } }),
        )
      ).code,
      'not-found',
    );
  }
  const { rows } = await road.database.acrossTenants((tx) =>
    sql<{ organizations: number; indexes: number }>`
      SELECT count(DISTINCT r.organization_id) AS organizations, count(DISTINCT r.address_index) AS indexes
      FROM pickup.recipient r JOIN pickup.offer o USING (organization_id, recipient_id)
      WHERE o.message_id IN (${first.messageId}, ${elsewhere})`.execute(tx),
  );
  assert.deepEqual(rows, [{ organizations: 2, indexes: 2 }]);
});

test('letters are destroyed once they have arrived: no link and no code stays in the store', async () => {
  await visits.visit('forget@verified.test');
  const { rows } = await road.database.acrossTenants((tx) =>
    sql<{ n: number }>`
    SELECT count(*) AS n FROM pickup.letter l WHERE l.settled_at IS NULL`.execute(tx),
  );
  assert.equal(rows[0]?.n, 0);
  const { rows: kept } = await road.database.acrossTenants((tx) =>
    sql<{ message_id: MessageId; organization_id: typeof clinic.organizationId }>`
    SELECT message_id, organization_id FROM pickup.letter ORDER BY created_at DESC LIMIT 2`.execute(tx),
  );
  for (const { message_id, organization_id } of kept)
    await assert.rejects(road.messages.readRaw(organization_id, message_id));
});
