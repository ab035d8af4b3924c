import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { MessageId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import { maxRecipients } from '#contract/sending.ts';
import { newId } from '#platform/ids.ts';
import { mainRoad, type Letter } from '../../../test/support/main-road.ts';
import { SendingError } from './errors.ts';
import { deliveredLocally, submitted } from './events.ts';

const road = await mainRoad();
const placed: { messageId: MessageId; recipientUserId: string; organizationId: string }[] = [];
const sent: string[] = [];
road.outbox.subscribe(
  deliveredLocally,
  'test.placed',
  async (_tx, { organizationId, data }) => void placed.push({ ...data, organizationId }),
);
road.outbox.subscribe(submitted, 'test.sent', async (_tx, { data }) => void sent.push(data.messageId));
const clinic = await road.newOrganizationWithStaff();
const { organizationId } = clinic;
const nurse = await clinic.addUser('nurse', 'clinician');
const desk = await clinic.addUser('desk', 'front-desk');

const letter = (to: string[], more: Partial<Letter> = {}): Letter => ({
  organization: clinic,
  from: nurse,
  to,
  ...more,
});
const refused = async (attempt: Promise<unknown>): Promise<SendingError> => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SendingError);
  return error;
};
const countRows = async (table: string, messageId: MessageId): Promise<number> => {
  const { rows } = await road.database.inTenant(organizationId, (tx) =>
    sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(table)} WHERE message_id = ${messageId}`.execute(
      tx,
    ),
  );
  return rows[0]?.n ?? 0;
};

test('each recipient gets it in the way that fits, with the reason', async () => {
  const messageId = await road.send(
    letter(['a@verified.test', 'b@mail.test', desk.email], { cc: ['c@sts.test'] }),
  );
  await road.settle();
  const journeys = await road.timeline(organizationId, messageId);
  assert.deepEqual(
    journeys.map(({ address, state, protection }) => [address, state, protection]),
    [
      ['a@verified.test', 'delivered', 'tls-verified'],
      ['b@mail.test', 'notified', 'portal'],
      [desk.email, 'delivered', 'internal'],
      ['c@sts.test', 'delivered', 'tls-sts'],
    ],
  );
  assert.match(journeys[1]?.events[0]?.words ?? '', /cannot prove who it is/);
  assert.ok(journeys.every(({ receipt }) => receipt !== null && receipt.candidates.length > 0));
  assert.deepEqual(
    placed.map(({ recipientUserId }) => recipientUserId),
    [desk.userId],
  );
  assert.ok(sent.includes(messageId));
});

test('a blind copy gets it and is named to nobody', async () => {
  await road.send(letter(['open@verified.test'], { bcc: ['blind@verified.test'] }));
  await road.settle();
  const [copy] = road.lab.inbox.messagesFor('blind@verified.test');
  assert.ok(copy);
  for (const { raw } of road.lab.inbox.list()) assert.doesNotMatch(raw.toString(), /blind@/);
});

test('the same id is accepted once, however often and however much at once it comes', async () => {
  const messageId = newId<MessageId>();
  const commands = await Promise.all(
    [1, 2, 3].map(() => road.command(letter(['once@verified.test'], { messageId }))),
  );
  const [first, ...others] = await Promise.all(commands.map((command) => road.sending.sendMessage(command)));
  assert.deepEqual(others, [first, first]);
  const again = await road.sending.acceptBatch(
    await Promise.all([1, 2].map(() => road.command(letter(['once@verified.test'], { messageId })))),
  );
  assert.ok(
    again.every((accepted) => accepted.ok && accepted.acceptedAt.getTime() === first?.acceptedAt.getTime()),
  );
  await road.settle();
  assert.equal(road.lab.inbox.messagesFor('once@verified.test').length, 1);
  assert.equal(await countRows('sending.submission', messageId), 1);
});

test('a batch holds good and bad: the bad are answered, the good are stored', async () => {
  const commands = await Promise.all([
    road.command(letter(['x@verified.test'])),
    road.command(letter(['not an address'])),
    road.command(letter(['y@verified.test'], { category: 'billing' })),
    road.command(letter(['z@verified.test'])),
  ]);
  const answers = await road.sending.acceptBatch(commands);
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? 'ok' : answer.code)),
    ['ok', 'invalid-address', 'category-not-allowed', 'ok'],
  );
});

test('a role sends its own categories only', async () => {
  const may = async (from: Letter['from'], category: MessageCategory): Promise<string> =>
    road.send(letter(['m@verified.test'], { from, category })).then(
      () => 'sent',
      (error: SendingError) => error.code,
    );
  assert.equal(await may(nurse, 'clinical'), 'sent');
  assert.equal(await may(nurse, 'billing'), 'category-not-allowed');
  assert.equal(await may(desk, 'billing'), 'sent');
  assert.equal(await may(desk, 'lab-result'), 'category-not-allowed');
  assert.equal(
    await may({ userId: clinic.administratorId, email: clinic.administratorEmail }, 'clinical'),
    'category-not-allowed',
  );
});

test('to outside only with the right to, and internal mail stays inside', async () => {
  const command = await road.command(letter(['out@verified.test']));
  const inside = {
    ...command,
    sender: {
      ...command.sender,
      permissions: new Set(['message.send.internal' as const]),
      categories: new Set(['clinical' as const]),
    },
  };
  assert.equal((await refused(road.sending.sendMessage(inside))).code, 'forbidden');
  assert.equal(
    (await refused(road.send(letter(['out@verified.test'], { category: 'internal' })))).code,
    'forbidden',
  );
  await road.send(letter([desk.email], { category: 'internal' }));
});

test('nobody writes in the name of another', async () => {
  assert.equal(
    (
      await refused(
        road.send(letter(['a@verified.test'], { from: { userId: nurse.userId, email: desk.email } })),
      )
    ).code,
    'forbidden',
  );
  const command = await road.command(letter(['a@verified.test']));
  assert.equal(
    (await refused(road.sending.sendMessage({ ...command, envelopeFrom: desk.email }))).code,
    'forbidden',
  );
});

test('a refusal is on record and stores nothing', async () => {
  const messageId = newId<MessageId>();
  const before = road.recorded.length;
  await refused(road.send(letter(['a@verified.test'], { category: 'billing', messageId })));
  assert.equal(road.recorded.slice(before).filter(({ kind }) => kind === 'message.refused').length, 1);
  assert.equal(await countRows('messages.message', messageId), 0);
});

test('bad entries are named by kind and position', async () => {
  const error = await refused(
    road.send(letter(['good@verified.test', 'bad one@x'], { bcc: ['x@verified.test', '@'] })),
  );
  assert.equal(error.code, 'invalid-address');
  assert.deepEqual(
    error.errors?.map(({ path }) => path),
    ['to/1', 'bcc/1'],
  );
  assert.doesNotMatch(error.message, /bad one/);
});

test('too many recipients, or none, are refused; repetitions count once', async () => {
  const many = Array.from({ length: maxRecipients + 1 }, (_, n) => `r${n}@verified.test`);
  const command = await road.command(letter(['a@verified.test']));
  const to = (addresses: readonly string[]) =>
    road.sending.sendMessage({
      ...command,
      recipients: addresses.map((address) => ({ address, kind: 'to' as const })),
    });
  assert.equal((await refused(to(many))).code, 'invalid-request');
  assert.equal((await refused(to([]))).code, 'invalid-request');
  const messageId = await road.send(
    letter(['Twice@Verified.test', 'twice@verified.test'], { cc: ['TWICE@verified.test'] }),
  );
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ kind }) => kind),
    ['to'],
  );
});

test('what dies between choosing and writing is done again, and nothing twice', async (t) => {
  const messageId = await road.send(letter(['crash@verified.test', 'crash@mail.test', desk.email]));
  const failing = t.mock.method(road.protection, 'saveReceipts', async () => {
    throw new Error('The process ends here');
  });
  await road.settle();
  assert.ok(failing.mock.callCount() > 0);
  failing.mock.restore();
  assert.equal(await countRows('delivery.delivery', messageId), 0, 'nothing of it stays');
  road.clock.advance(1_000);
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ state }) => state),
    ['delivered', 'notified', 'delivered'],
  );
  assert.equal(await countRows('pickup.offer', messageId), 1);
  assert.equal(placed.filter((each) => each.messageId === messageId).length, 1);
  assert.equal(road.lab.inbox.messagesFor('crash@mail.test').length, 1);
});

test('who sends to another organisation of this server leaves a copy under its key', async () => {
  const other = await road.newOrganizationWithStaff();
  const colleague = await other.addUser('colleague', 'clinician');
  const messageId = await road.send(letter([colleague.email]));
  await road.settle();
  assert.equal((await road.journey(organizationId, messageId, colleague.email)).protection, 'internal');
  const copy = placed.find(({ recipientUserId }) => recipientUserId === colleague.userId);
  assert.equal(copy?.organizationId, other.organizationId);
  assert.notEqual(copy.messageId, messageId);
  assert.match((await road.messages.readRaw(other.organizationId, copy.messageId)).toString(), /A body\./);
  await assert.rejects(road.messages.readRaw(other.organizationId, messageId));
});

test('the preview says what then happens, and stores nothing', async () => {
  const { sender } = await road.command(letter(['p@verified.test']));
  if (!('permissions' in sender)) throw new Error('The rights of the sender are known here');
  const recipients = [
    { address: 'p@verified.test', kind: 'to' as const },
    { address: 'p@notls.test', kind: 'bcc' as const },
  ];
  const previewed = await road.sending.preview({
    organizationId,
    sender,
    recipients,
    category: 'clinical',
    options: {},
  });
  assert.ok(previewed.ok);
  assert.deepEqual(
    previewed.recipients.map(({ verdict, outcome }) => [verdict, outcome]),
    [
      ['tls-verified', 'send'],
      ['portal', 'send'],
    ],
  );
  const messageId = await road.send(letter(['p@verified.test'], { bcc: ['p@notls.test'] }));
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ promised }) => promised),
    previewed.recipients.map(({ verdict }) => verdict),
  );
});

test('who asks for the portal gets it for all', async () => {
  const messageId = await road.send(
    letter(['p@verified.test'], { options: { protection: 'portal', expiresInDays: 3 } }),
  );
  await road.settle();
  const journey = await road.journey(organizationId, messageId, 'p@verified.test');
  assert.equal(journey.state, 'notified');
  assert.equal(journey.availableUntil, new Date(road.clock.now().getTime() + 3 * 86_400_000).toISOString());
});

test('a message that cannot be read holds up no other', async () => {
  const damaged = await road.send(letter(['damaged@verified.test']));
  const sound = await road.send(letter(['sound@verified.test']));
  await road.database.inTenant(organizationId, (tx) =>
    sql`UPDATE sending.submission SET envelope_sealed = set_byte(envelope_sealed, 30, get_byte(envelope_sealed, 30) # 1)
      WHERE organization_id = ${organizationId} AND message_id = ${damaged}`.execute(tx),
  );
  await road.settle();
  assert.equal((await road.journey(organizationId, sound, 'sound@verified.test')).state, 'delivered');
  assert.deepEqual(
    (await road.timeline(organizationId, damaged)).map(({ state }) => state),
    ['bounced'],
    'it ends, and its sender is told',
  );
});
