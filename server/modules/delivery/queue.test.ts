import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { DeliveryId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { PauseScope } from '#contract/queue.ts';
import { a, mx } from '../../../lab/dns/zone.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { describeQueue, describeQueued } from './describe-queue.ts';
import { pauseQueue, resumeQueue } from './pause-queue.ts';
import { selectQueued } from './queue-store.ts';
import { retryNow } from './retry-now.ts';

const road = await mainRoad({ timeouts: { greeting: 1_000 } });
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;
const actor = { kind: 'user', userId: nurse.userId } as const;
const minute = 60_000;

const send = (to: string, category: MessageCategory = 'clinical') =>
  road.send({ organization: clinic, from: nurse, to: [to], category });
const received = (address: string): number => road.lab.inbox.messagesFor(address).length;
const rowOf = async (messageId: string) => {
  const { rows } = await road.database.inTenant(organizationId, (tx) =>
    sql<{ state: string; attempts: number; destination: string; interruptions: number; reason: string }>`
      SELECT state, attempts, destination, interruptions, reason FROM delivery.delivery
      WHERE organization_id = ${organizationId} AND message_id = ${messageId}`.execute(tx),
  );
  return rows[0] ?? assert.fail('There is no such delivery');
};
const paceOf = async (destination: string) => {
  const { rows } = await road.database.acrossTenants((tx) =>
    sql<{ concurrency: number; rests_until: Date | null; reply_code: number | null }>`
      SELECT concurrency, rests_until, reply_code FROM delivery.destination WHERE destination = ${destination}`.execute(
      tx,
    ),
  );
  return rows[0];
};

test('all domains with the same servers are one destination, known from the first message on', async () => {
  road.lab.dns.setZone({
    name: 'hosted.test',
    records: ['mx1.multi.test', 'mx2.multi.test'].map((exchange, n) => ({
      type: 'MX',
      name: 'hosted.test',
      ttl: 1,
      data: { preference: n, exchange },
    })),
  });
  const first = await send('one@hosted.test');
  const provider = await send('two@multi.test');
  await road.settle();
  const next = await send('three@hosted.test');
  await road.sending.loops[0]?.runUntilIdle();
  const destination = (await rowOf(first)).destination;
  assert.match(destination, /^[\w-]{22}$/);
  assert.equal((await rowOf(next)).destination, destination, 'before it was tried');
  assert.equal((await rowOf(provider)).destination, destination);
  await road.settle();
});

test('421: the destination rests, what waits for it is not tried, and it goes on afterwards', async () => {
  await send('warm@verified.test');
  await road.settle();
  await road.lab.alterServer('mx.verified.test', { manner: 'turns-away' });
  const first = await send('first@verified.test');
  await road.settle();
  const pace = await paceOf((await rowOf(first)).destination);
  assert.equal(pace?.reply_code, 421);
  assert.ok(pace.rests_until !== null && pace.rests_until > road.clock.now());
  const second = await send('second@verified.test');
  await road.settle();
  const { state, attempts } = await rowOf(second);
  assert.deepEqual([state, attempts], ['queued', 0]);
  await road.lab.alterServer('mx.verified.test', { manner: 'accepts' });
  road.clock.advance(2 * minute);
  await road.settle();
  assert.deepEqual([received('first@verified.test'), received('second@verified.test')], [1, 1]);
});

test('a domain or a destination that is paused rests, everything else goes; the page says why', async () => {
  const pauseReason = 'Their servers are moved tonight';
  const queueOf = () =>
    road.database.inTenant(organizationId, (tx) => describeQueue(tx, road, organizationId, { limit: 50 }));
  const change = (what: PauseScope) => ({ organizationId, what, actor });
  await send('warm@sts.test');
  await road.settle();
  await road.database.inTenant(organizationId, (tx) =>
    pauseQueue(tx, road, { ...change({ scope: 'domain', domain: 'STS.test' }), reason: pauseReason }),
  );
  const resting = await send('rests@sts.test');
  await send('goes@verified.test');
  await road.settle();
  assert.deepEqual([received('rests@sts.test'), received('goes@verified.test')], [0, 1]);
  const { destination } = await rowOf(resting);
  const [row] = await road.database.inTenant(organizationId, async (tx) =>
    describeQueued(
      tx,
      road,
      organizationId,
      await selectQueued(tx, organizationId, destination, { after: undefined, limit: 10 }),
      { ahead: 0, mayReadAddresses: false },
    ),
  );
  assert.equal(row?.address, null, 'not without the right to see people outside');
  assert.match(row.words, /Their servers are moved tonight/);
  const glance = await queueOf();
  assert.deepEqual([glance.waiting, glance.pauses[0]?.label], [1, 'STS.test']);
  assert.equal(glance.destinations[0]?.server, 'mx.sts.test');
  await road.database.inTenant(organizationId, async (tx) => {
    await resumeQueue(tx, road, change({ scope: 'domain', domain: 'sts.test' }));
    await pauseQueue(tx, road, { ...change({ scope: 'destination', destination }), reason: pauseReason });
  });
  await road.settle();
  assert.equal(received('rests@sts.test'), 0);
  assert.equal((await queueOf()).destinations[0]?.state, 'paused');
  await road.database.inTenant(organizationId, (tx) =>
    resumeQueue(tx, road, change({ scope: 'destination', destination })),
  );
  await road.settle();
  assert.equal(received('rests@sts.test'), 1);
  assert.equal((await queueOf()).waiting, 0);
});

test('name servers that fail: it waits, says so, and goes when they are back', async () => {
  const zone = (behaviour: 'answers' | 'fails') =>
    road.lab.dns.setZone({
      name: 'flaky.test',
      behaviour,
      records: [{ type: 'MX', name: 'flaky.test', ttl: 1, data: { preference: 1, exchange: 'mx.sts.test' } }],
    });
  zone('answers');
  await send('warm@flaky.test');
  await road.settle();
  zone('fails');
  road.clock.advance(2 * minute);
  const messageId = await send('later@flaky.test');
  await road.settle();
  assert.match((await rowOf(messageId)).reason, /name-lookup-failed/);
  zone('answers');
  road.clock.advance(2 * minute);
  await road.settle();
  assert.equal(received('later@flaky.test'), 1);
});

test('a server that takes calls and never speaks is left after a while, and the next is asked', async () => {
  const zone = (...exchanges: string[]) =>
    road.lab.dns.setZone({
      name: 'tarpit.test',
      records: [
        ...exchanges.map((exchange, n) => mx('tarpit.test', exchange, n)),
        a('silent.tarpit.test', '127.0.0.77'),
      ],
    });
  const calls: Socket[] = [];
  const silent = createServer((call) => void calls.push(call)).listen(road.mailPort, '127.0.0.77');
  await once(silent, 'listening');
  zone('mx.sts.test');
  await send('warm@tarpit.test');
  await road.settle();
  zone('silent.tarpit.test', 'mx.sts.test');
  road.clock.advance(2 * minute);
  await send('one@tarpit.test');
  await road.settle();
  assert.equal(received('one@tarpit.test'), 1);
  assert.equal(calls.length, 1);
  for (const call of calls) call.destroy();
  silent.close();
});

test('what a person asks for is tried at once, also while the destination rests', async () => {
  await send('warm@expired.test');
  await road.lab.alterServer('mx.verified.test', { manner: 'turns-away' });
  const messageId = await send('urged@verified.test');
  await road.settle();
  assert.equal((await rowOf(messageId)).state, 'deferred');
  await road.lab.alterServer('mx.verified.test', { manner: 'accepts' });
  await road.settle();
  assert.equal(received('urged@verified.test'), 0, 'it rests');
  const deliveryId = (await road.journey(organizationId, messageId, 'urged@verified.test'))
    .recipientId as DeliveryId;
  await road.database.inTenant(organizationId, (tx) =>
    retryNow(tx, road, { organizationId, deliveryId, actor }),
  );
  await road.settle();
  assert.equal(received('urged@verified.test'), 1);
  await assert.rejects(
    road.database.inTenant(organizationId, (tx) => retryNow(tx, road, { organizationId, deliveryId, actor })),
    { code: 'conflict' },
  );
  road.clock.advance(30 * minute);
});

test('an attempt that ends its process each time is held for a person', async () => {
  await road.database.inTenant(organizationId, (tx) =>
    road.delivery.pause(tx, organizationId, actor, 'A test'),
  );
  const messageId = await send('poison@verified.test');
  await road.settle();
  for (let n = 1; n <= 8; n += 1) {
    await road.database.inTenant(organizationId, (tx) =>
      sql`UPDATE delivery.delivery SET state = 'attempting', attempts = attempts + 1, ready = false, next_attempt_at = NULL,
        lease_owner = delivery_id, lease_until = clock_timestamp() - interval '1 second' WHERE message_id = ${messageId}`.execute(
        tx,
      ),
    );
    await road.database.inTenant(organizationId, (tx) =>
      sql`INSERT INTO delivery.attempt (organization_id, delivery_id, number, started_at, phase)
        SELECT organization_id, delivery_id, attempts, ${road.clock.now()}, 'claimed' FROM delivery.delivery
        WHERE message_id = ${messageId}`.execute(tx),
    );
    await road.settle();
    const row = await rowOf(messageId);
    assert.deepEqual(
      [row.interruptions, row.state],
      [n, n < 8 ? 'deferred' : 'held'],
      `after ${n} interruptions`,
    );
  }
  await road.database.inTenant(organizationId, (tx) => road.delivery.resume(tx, organizationId, actor));
  road.clock.advance(60 * minute);
  await road.settle();
  assert.equal(received('poison@verified.test'), 0);
  assert.match(
    (await road.journey(organizationId, messageId, 'poison@verified.test')).reason,
    /a person has to decide/,
  );
});
