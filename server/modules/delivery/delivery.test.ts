import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryId, MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { moveDelivery } from './delivery-store.ts';
import { dsnComposed } from './events.ts';

const reports: { messageId: MessageId; userId: string }[] = [];
const road = await mainRoad();
road.outbox.subscribe(dsnComposed, 'test.reports', async (_tx, { data }) => void reports.push(data));
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;
const minute = 60_000;

const sendTo = (...to: string[]): Promise<MessageId> => road.send({ organization: clinic, from: nurse, to });
const journeyOf = (messageId: MessageId, address: string) => road.journey(organizationId, messageId, address);
const received = (address: string) => road.lab.inbox.messagesFor(address);
const wordsOf = async (messageId: MessageId, address: string): Promise<string[]> =>
  (await journeyOf(messageId, address)).events.map(({ what }) => what);

async function reportsAbout(messageId: MessageId): Promise<string[]> {
  const all = await Promise.all(
    reports.map(async (report) => (await road.messages.readRaw(organizationId, report.messageId)).toString()),
  );
  return all.filter((raw) => raw.includes(`<${messageId}@`));
}

async function reportAbout(messageId: MessageId): Promise<string> {
  const [report] = await reportsAbout(messageId);
  return report ?? assert.fail('There is no report about this message');
}

test('a greylisting server gets it at the second try, once', async () => {
  const messageId = await sendTo('one@greylist.test');
  await road.settle();
  assert.equal(
    (await journeyOf(messageId, 'one@greylist.test')).reason,
    'Their mail server asked to try again later.',
  );
  road.clock.advance(minute - 1);
  await road.settle();
  assert.equal(received('one@greylist.test').length, 0, 'not before its time');
  road.clock.advance(minute / 5 + 1);
  await road.settle();
  assert.deepEqual(await wordsOf(messageId, 'one@greylist.test'), ['queued', 'deferred', 'delivered']);
  assert.equal(received('one@greylist.test').length, 1);
});

test('a slow server is waited for', async () => {
  const messageId = await sendTo('one@slow.test');
  await road.settle();
  assert.equal((await journeyOf(messageId, 'one@slow.test')).state, 'delivered');
});

test('a refused mailbox bounces at once, holds up nobody, and the sender gets a report', async () => {
  const messageId = await sendTo('good@verified.test', 'bounces-550@verified.test', 'other@verified.test');
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ state }) => state),
    ['delivered', 'bounced', 'delivered'],
  );
  const [message] = received('good@verified.test');
  assert.deepEqual(
    message?.envelope.to,
    ['good@verified.test', 'other@verified.test'],
    'one conversation for both',
  );
  const report = await reportAbout(messageId);
  assert.match(
    report,
    /^Final-Recipient: rfc822; bounces-550@verified\.test\r\nAction: failed\r\nStatus: 5\.0\.0\r\nRemote-MTA: dns; mx\.verified\.test\r$/m,
  );
  assert.doesNotMatch(report, /A body\./);
});

test('a domain that refuses everybody says why', async () => {
  const messageId = await sendTo('one@hard.test');
  await road.settle();
  assert.equal(
    (await journeyOf(messageId, 'one@hard.test')).reason,
    'Their mail server says that there is no such mailbox.',
  );
});

test('a message refused after its last byte bounces', async () => {
  const messageId = await sendTo('rejects-554@verified.test');
  await road.settle();
  assert.equal((await journeyOf(messageId, 'rejects-554@verified.test')).state, 'bounced');
});

test('lost after the last byte: uncertain, then again under the same Message-ID', async () => {
  const messageId = await sendTo('hangs-up-after-storing@verified.test');
  await road.settle();
  const after = await journeyOf(messageId, 'hangs-up-after-storing@verified.test');
  assert.equal(after.state, 'uncertain');
  assert.deepEqual(after.can, [], 'it may be there: nothing to take back');
  road.clock.advance(1.2 * minute);
  await road.settle();
  assert.deepEqual(await wordsOf(messageId, 'hangs-up-after-storing@verified.test'), [
    'queued',
    'uncertain',
    'delivered',
  ]);
  const ids = received('hangs-up-after-storing@verified.test').map(
    ({ raw }) => /^Message-ID: (.*)$/m.exec(raw.toString())?.[1],
  );
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 1);
});

test('uncertain marketing waits for a person', async () => {
  const messageId = newId<MessageId>();
  const command = await road.command({
    organization: clinic,
    from: nurse,
    to: ['x@verified.test'],
    messageId,
  });
  const deliveryId = newId<DeliveryId>();
  await road.database.inTenant(organizationId, async (tx) => {
    await road.messages.store(tx, [
      { messageId, organizationId, intake: command.intake, direction: 'outbound', category: 'marketing' },
    ]);
    await road.delivery.enqueue(tx, [
      {
        organizationId,
        deliveryId,
        messageId,
        senderId: nurse.userId,
        address: 'hangs-up-before-storing@verified.test',
        kind: 'to',
        dsn: null,
        returnPath: nurse.email,
        sizeBytes: 200,
        category: 'marketing',
        protection: 'tls-verified',
        offerDays: 90,
        state: 'queued',
        reason: 'waiting-to-send',
      },
    ]);
  });
  await road.settle();
  road.clock.advance(100 * 60 * minute);
  await road.settle();
  const delivery = await road.database.inTenant(organizationId, (tx) =>
    road.delivery.find(tx, organizationId, deliveryId),
  );
  assert.equal(delivery?.state, 'uncertain');
  assert.equal(delivery.nextAttemptAt, null);
});

test('the spare server takes it when the first is down', async () => {
  await sendTo('warm@multi.test');
  await road.settle();
  await road.lab.stopServer('mx1.multi.test');
  const messageId = await sendTo('one@multi.test');
  await road.settle();
  assert.equal((await journeyOf(messageId, 'one@multi.test')).state, 'delivered');
  assert.equal(received('one@multi.test')[0]?.host, 'mx2.multi.test');
  await road.lab.alterServer('mx1.multi.test', {});
});

for (const [what, change] of [
  ['without TLS', { tls: 'none' }],
  ['with a certificate of its own making', { tls: 'self-signed' }],
  ['with nothing newer than TLS 1.1', { tls: 'tls11-only' }],
] as const) {
  test(`a server found ${what} at delivery gets nothing: the message waits in the portal, with the reason`, async () => {
    const domain = 'sts-testing.test';
    await road.lab.alterServer(`mx.${domain}`, { tls: 'verified' });
    road.clock.advance(31 * minute); // evidence is cached for half an hour
    await sendTo(`warm@${domain}`);
    await road.settle();
    await road.lab.alterServer(`mx.${domain}`, change);
    const address = `${what.length}@${domain}`;
    const messageId = await sendTo(address);
    await road.settle();
    const journey = await journeyOf(messageId, address);
    assert.equal(journey.promised, 'tls-verified');
    assert.equal(journey.protection, 'portal');
    assert.equal(journey.state, 'notified');
    assert.deepEqual(
      journey.events.map(({ what: step }) => step),
      ['queued', 'offered', 'noticed'],
    );
    assert.match(journey.events[1]?.words ?? '', /secure portal instead/);
    assert.equal(journey.receipt?.verdict, 'portal');
    for (const { raw } of received(address)) assert.doesNotMatch(raw.toString(), /A subject|A body/);
  });
}

test('no server at all: the sender is told of the delay, once, and after two days of the end', async () => {
  await sendTo('warm@verified.test');
  await road.settle();
  await road.lab.stopServer('mx.verified.test');
  const messageId = await sendTo('late@verified.test');
  for (let n = 0; n < 30; n += 1) {
    await road.settle();
    road.clock.advance(120 * minute);
  }
  const journey = await journeyOf(messageId, 'late@verified.test');
  assert.equal(journey.reason, 'It could not be delivered within the time allowed.');
  const [delayed, failed, ...more] = await reportsAbout(messageId);
  assert.match(delayed ?? '', /Action: delayed\r\nStatus: 4\.\d+\.\d+\r\n/);
  assert.match(delayed ?? '', /\r\nWill-Retry-Until: /);
  assert.match(failed ?? '', /Action: failed\r\nStatus: 5\.4\.7/);
  assert.deepEqual(more, []);
  await road.lab.alterServer('mx.verified.test', {});
});

test('while paused nothing goes out; what is taken back meanwhile never does', async () => {
  const actor = { kind: 'user', userId: nurse.userId } as const;
  await road.database.inTenant(organizationId, (tx) =>
    road.delivery.pause(tx, organizationId, actor, 'A test'),
  );
  const messageId = await sendTo('stays@sts.test', 'goes@sts.test');
  await road.settle();
  assert.equal(received('goes@sts.test').length, 0);
  const deliveryId = (await journeyOf(messageId, 'stays@sts.test')).recipientId as DeliveryId;
  const outcome = await road.database.inTenant(organizationId, (tx) =>
    road.delivery.revoke(tx, { organizationId, deliveryId, actor }),
  );
  assert.equal(outcome, 'revoked');
  await road.database.inTenant(organizationId, (tx) => road.delivery.resume(tx, organizationId, actor));
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ state }) => state),
    ['revoked', 'delivered'],
  );
  assert.equal(received('stays@sts.test').length, 0);
});

test('a notice that nobody takes: the message still waits, and the sender gets a report', async () => {
  const messageId = await sendTo('bounces-550@notls.test');
  await road.settle();
  const journey = await journeyOf(messageId, 'bounces-550@notls.test');
  assert.equal(journey.state, 'offered');
  assert.deepEqual(journey.can, ['revoke', 'remind', 'extend']);
  assert.equal(journey.events.at(-1)?.what, 'notice-failed');
  assert.match(
    await reportAbout(messageId),
    /Final-Recipient: rfc822; bounces-550@notls\.test\r\nAction: failed\r\nStatus: 5\.0\.0/,
  );
});

test('a notice may go without TLS, unless the organisation says otherwise', async () => {
  await sendTo('plain@notls.test');
  await road.settle();
  assert.equal(received('plain@notls.test')[0]?.tls, null);
  await road.organizations.change({
    organizationId,
    actor: { kind: 'user', userId: clinic.administratorId },
    change: { settings: { noticeRequiresTls: true } },
  });
  const messageId = await sendTo('strict@notls.test');
  await road.settle();
  assert.equal(received('strict@notls.test').length, 0);
  assert.equal((await journeyOf(messageId, 'strict@notls.test')).state, 'offered');
  for (let n = 0; n < 30; n += 1) {
    road.clock.advance(120 * minute);
    await road.settle();
  }
  assert.equal((await journeyOf(messageId, 'strict@notls.test')).events.at(-1)?.what, 'notice-failed');
});

test('nobody of that name here, and a domain that is not there, bounce at once', async () => {
  const messageId = await sendTo(`nobody@${clinic.domain}`, 'one@no-such-domain.test');
  await road.settle();
  assert.deepEqual(
    (await road.timeline(organizationId, messageId)).map(({ state, reason }) => [state, reason]),
    [
      ['bounced', 'Nobody on this server has this address.'],
      ['bounced', 'The domain of this address does not receive mail.'],
    ],
  );
});

test('a step that may not follow is refused', async () => {
  const messageId = await sendTo('done@sts.test');
  await road.settle();
  const deliveryId = (await journeyOf(messageId, 'done@sts.test')).recipientId as DeliveryId;
  for (const state of ['queued', 'offered', 'revoked', 'opened'] as const) {
    const moved = await road.database.inTenant(organizationId, (tx) =>
      moveDelivery(tx, organizationId, deliveryId, { state, reason: 'opened' }, road.clock.now()),
    );
    assert.equal(moved, undefined, state);
  }
  assert.equal((await journeyOf(messageId, 'done@sts.test')).state, 'delivered');
});

test('nothing of one organisation is seen by another', async () => {
  const messageId = await sendTo('seen@sts.test');
  await road.settle();
  const other = (await road.newOrganizationWithStaff()).organizationId;
  assert.deepEqual(await road.timeline(other, messageId), []);
});
