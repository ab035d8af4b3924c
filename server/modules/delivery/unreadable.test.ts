import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { sql } from 'kysely';
import type { MessageId } from '#contract/ids.ts';
import { BlobError } from '#platform/blobs/index.ts';
import { KeyringError } from '#platform/keyring/keyring-error.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { dsnComposed } from './events.ts';
import { unreadableAddress } from './unreadable.ts';

const reports: MessageId[] = [];
const road = await mainRoad();
road.outbox.subscribe(
  dsnComposed,
  'test.reports',
  async (_tx, { data }) => void reports.push(data.messageId),
);
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;
const actor = { kind: 'user', userId: nurse.userId } as const;
const hour = 3_600_000;

/** A message that waits in the queue while `harm` comes to it. */
async function sendHarmed(
  to: string[],
  harm: (messageId: MessageId) => Promise<unknown>,
): Promise<MessageId> {
  await road.database.inTenant(organizationId, (tx) =>
    road.delivery.pause(tx, organizationId, actor, 'A test'),
  );
  const messageId = await road.send({ organization: clinic, from: nurse, to });
  await road.settle();
  await harm(messageId);
  await road.database.inTenant(organizationId, (tx) => road.delivery.resume(tx, organizationId, actor));
  return messageId;
}

/** Turns one bit of what is sealed about the first recipient. */
const damage = (column: string) => (messageId: MessageId) =>
  road.database.inTenant(organizationId, (tx) =>
    sql`UPDATE delivery.delivery SET ${sql.ref(column)} = set_byte(${sql.ref(column)}, 40, get_byte(${sql.ref(column)}, 40) # 1)
      WHERE message_id = ${messageId} AND position = 1`.execute(tx),
  );

/** From now on reading a message throws. */
function reading(t: TestContext, error: Error): { restore(): void } {
  const fail = async (): Promise<never> => {
    throw error;
  };
  const mocks = [
    t.mock.method(road.messages, 'readHeader', fail),
    t.mock.method(road.messages, 'readRaw', fail),
    t.mock.method(road.messages, 'readTogether', fail),
  ];
  return { restore: () => mocks.forEach(({ mock }) => mock.restore()) };
}

async function lastReport(): Promise<string> {
  const reportId = reports.at(-1);
  assert.ok(reportId);
  return (await road.messages.readRaw(organizationId, reportId)).toString();
}
const textOf = (report: string): string => {
  const [, encoded = ''] = /Content-Transfer-Encoding: base64\r\n\r\n([^-]+)/.exec(report) ?? [];
  return Buffer.from(encoded, 'base64').toString();
};

async function leasesRunOut(): Promise<void> {
  await road.database.acrossTenants((tx) =>
    sql`UPDATE delivery.delivery SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_owner IS NOT NULL`.execute(
      tx,
    ),
  );
}

for (const column of ['recipient_sealed', 'return_path_sealed']) {
  test(`whose ${column} can no longer be opened ends with the reason, and holds up nobody`, async () => {
    const before = reports.length;
    const messageId = await sendHarmed(['lost@verified.test', 'sound@verified.test'], damage(column));
    await road.settle();
    await leasesRunOut();
    await road.settle();
    const [lost, sound] = await road.timeline(organizationId, messageId);
    assert.deepEqual([lost?.state, sound?.state], ['bounced', 'delivered']);
    assert.match(lost?.reason ?? '', /can no longer be read/);
    assert.deepEqual(
      lost?.events.map(({ what }) => what),
      ['queued', 'bounced'],
    );
    assert.equal(reports.length, before + 1, 'one report');
    const report = await lastReport();
    assert.match(report, /^Action: failed\r\nStatus: 5\.3\.0\r$/m);
    assert.match(textOf(report), /can no longer be read/);
    if (column === 'recipient_sealed') {
      assert.equal(lost?.address, unreadableAddress);
      assert.ok(report.includes(`Final-Recipient: rfc822; ${unreadableAddress}`));
    }
  });
}

test('a message whose key is destroyed ends with the reason, and its sender gets a report', async () => {
  const before = reports.length;
  const messageId = await sendHarmed(['one@verified.test'], (id) =>
    road.database.inTenant(organizationId, (tx) =>
      road.messages.destroyContent(tx, id, { because: 'erased', actor }),
    ),
  );
  await road.settle();
  const [journey] = await road.timeline(organizationId, messageId);
  assert.deepEqual([journey?.state, journey?.reason.includes('destroyed')], ['bounced', true]);
  assert.equal(reports.length, before + 1);
  assert.match(textOf(await lastReport()), /write it again/);
});

test('a message that was damaged ends with the reason, and its sender gets a report', async (t) => {
  const before = reports.length;
  const messageId = await sendHarmed(['two@verified.test'], async () => undefined);
  const failing = reading(t, new KeyringError('sealed-value-damaged', 'A sealed value could not be opened.'));
  await road.settle();
  failing.restore();
  const [journey] = await road.timeline(organizationId, messageId);
  assert.deepEqual([journey?.state, journey?.reason.includes('no longer be read')], ['bounced', true]);
  assert.equal(reports.length, before + 1);
  assert.match(textOf(await lastReport()), /write it again/);
});

test('a lost blob is looked for again while there is time, and then given up', async (t) => {
  const before = reports.length;
  const messageId = await sendHarmed(['blob@verified.test'], async () => undefined);
  const failing = reading(t, new BlobError('blob-missing', 'There is no such blob.'));
  await road.settle();
  const [waiting] = await road.timeline(organizationId, messageId);
  assert.deepEqual([waiting?.state, waiting?.reason.includes('looked for again')], ['deferred', true]);
  for (let n = 0; n < 30; n += 1) {
    road.clock.advance(2 * hour);
    await road.settle();
  }
  failing.restore();
  const [ended] = await road.timeline(organizationId, messageId);
  assert.deepEqual([ended?.state, ended?.reason.includes('no longer be read')], ['bounced', true]);
  assert.equal(reports.length, before + 2, 'of the delay, and of the end');
});

test('a submission whose envelope can never be opened ends, and its sender is told', async () => {
  const before = reports.length;
  const messageId = await road.send({ organization: clinic, from: nurse, to: ['lost@verified.test'] });
  await road.database.inTenant(organizationId, (tx) =>
    sql`UPDATE sending.submission SET envelope_sealed = set_byte(envelope_sealed, 40, get_byte(envelope_sealed, 40) # 1)
      WHERE message_id = ${messageId}`.execute(tx),
  );
  await road.settle();
  assert.equal(road.lab.inbox.messagesFor('lost@verified.test').length, 0);
  assert.equal(reports.length, before + 1);
  assert.match(textOf(await lastReport()), /can no longer be read/);
  const [journey] = await road.timeline(organizationId, messageId);
  assert.deepEqual([journey?.state, journey?.address], ['bounced', unreadableAddress]);
});
