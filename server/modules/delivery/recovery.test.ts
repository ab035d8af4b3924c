import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { DeliveryId, MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { markTransmitting, renewLeases, type ClaimedRow } from './claim-store.ts';
import { createClaimer } from './claimer.ts';
import { requestRevocation } from './delivery-store.ts';
import { createDestinations } from './destinations.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;

/** A message in the queue that this process has not begun with. */
async function queued(address: string): Promise<MessageId> {
  const actor = { kind: 'user', userId: nurse.userId } as const;
  await road.database.inTenant(organizationId, (tx) =>
    road.delivery.pause(tx, organizationId, actor, 'A test'),
  );
  const messageId = await road.send({ organization: clinic, from: nurse, to: [address] });
  await road.settle();
  await road.database.inTenant(organizationId, (tx) => road.delivery.resume(tx, organizationId, actor));
  return messageId;
}

/** Another process takes everything that is due. */
async function claimAs(owner: string): Promise<ClaimedRow[]> {
  const destinations = createDestinations(() => road.clock.now());
  const claim = createClaimer({ owner, leaseSeconds: 30, destinations, heldFor: () => 0 });
  const { rows } = await road.database.acrossTenants((tx) =>
    claim(tx, { now: road.clock.now(), room: 100, mayTakeSuspect: true }),
  );
  return rows;
}

const keysOf = (rows: readonly ClaimedRow[]) =>
  rows.map((row) => ({
    organizationId: row.organization_id,
    deliveryId: row.delivery_id,
    attempt: row.attempts,
  }));

/** … and is killed; its leases run out. */
async function leasesRunOut(): Promise<void> {
  await road.database.acrossTenants((tx) =>
    sql`UPDATE delivery.delivery SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_owner IS NOT NULL`.execute(
      tx,
    ),
  );
}

const count = (address: string): number => road.lab.inbox.messagesFor(address).length;
const stepsOf = async (messageId: MessageId, address: string): Promise<string[]> =>
  (await road.journey(organizationId, messageId, address)).events.map(({ what }) => what);

test('what a killed process had only claimed is sent by the next, once', async () => {
  const messageId = await queued('claimed@verified.test');
  assert.equal((await claimAs(newId())).length, 1);
  await road.settle();
  assert.equal(count('claimed@verified.test'), 0, 'while the lease lives nobody else touches it');
  await leasesRunOut();
  await road.settle();
  assert.equal(count('claimed@verified.test'), 1);
  assert.deepEqual(await stepsOf(messageId, 'claimed@verified.test'), ['queued', 'deferred', 'delivered']);
});

test('what a killed process had noted as going out is uncertain, and sent again', async () => {
  const messageId = await queued('transmitting@verified.test');
  const owner = newId();
  const keys = keysOf(await claimAs(owner));
  const live = await road.database.acrossTenants((tx) => markTransmitting(tx, owner, keys));
  assert.equal(live.size, 1);
  await leasesRunOut();
  await road.settle();
  assert.equal(
    (await road.journey(organizationId, messageId, 'transmitting@verified.test')).state,
    'uncertain',
  );
  road.clock.advance(72_000);
  await road.settle();
  assert.deepEqual(await stepsOf(messageId, 'transmitting@verified.test'), [
    'queued',
    'uncertain',
    'delivered',
  ]);
});

test('what a living process lost sight of is not kept from others', async () => {
  const lost = await queued('lost-sight@verified.test');
  await queued('still-at@verified.test');
  const owner = newId();
  const rows = await claimAs(owner);
  const stillAt = keysOf(rows.filter((row) => row.message_id !== lost));
  assert.equal(await road.database.acrossTenants((tx) => renewLeases(tx, owner, stillAt, 3_600)), 1);
  const kept = await road.database.acrossTenants((tx) =>
    sql<{ message_id: MessageId }>`SELECT message_id FROM delivery.delivery
      WHERE lease_owner = ${owner} AND lease_until > clock_timestamp() + interval '1 minute'`.execute(tx),
  );
  assert.equal(kept.rows.length, 1);
  assert.notEqual(kept.rows[0]?.message_id, lost);
  await leasesRunOut();
  await road.settle();
  assert.equal(count('lost-sight@verified.test'), 1);
});

test('whose lease has run out does not get past the last byte', async () => {
  const messageId = await queued('late@verified.test');
  const owner = newId();
  const keys = keysOf(await claimAs(owner));
  assert.equal(
    (await road.database.acrossTenants((tx) => markTransmitting(tx, newId(), keys))).size,
    0,
    'nor anybody but the owner',
  );
  await leasesRunOut();
  assert.equal((await road.database.acrossTenants((tx) => markTransmitting(tx, owner, keys))).size, 0);
  assert.equal(
    await road.database.acrossTenants((tx) => renewLeases(tx, owner, keys, 30)),
    0,
    'a lost lease is not renewed',
  );
  await road.settle();
  assert.equal(count('late@verified.test'), 1);
  assert.equal((await road.journey(organizationId, messageId, 'late@verified.test')).state, 'delivered');
});

test('what is taken back during an attempt does not go out', async () => {
  const messageId = await queued('revoked@verified.test');
  const owner = newId();
  const rows = await claimAs(owner);
  const deliveryId = rows[0]?.delivery_id as DeliveryId;
  assert.ok(
    await road.database.inTenant(organizationId, (tx) =>
      requestRevocation(tx, organizationId, deliveryId, road.clock.now()),
    ),
  );
  assert.equal(
    (await road.database.acrossTenants((tx) => markTransmitting(tx, owner, keysOf(rows)))).size,
    0,
  );
  await leasesRunOut();
  await road.settle();
  assert.equal(count('revoked@verified.test'), 0);
  assert.equal((await road.journey(organizationId, messageId, 'revoked@verified.test')).state, 'revoked');
});

test('once it is going out it cannot be taken back', async () => {
  await queued('too-late@verified.test');
  const owner = newId();
  const rows = await claimAs(owner);
  await road.database.acrossTenants((tx) => markTransmitting(tx, owner, keysOf(rows)));
  const deliveryId = rows[0]?.delivery_id as DeliveryId;
  const actor = { kind: 'user', userId: nurse.userId } as const;
  assert.equal(
    await road.database.inTenant(organizationId, (tx) =>
      road.delivery.revoke(tx, { organizationId, deliveryId, actor }),
    ),
    'too-late',
  );
  await leasesRunOut();
  await road.settle();
});

test('two processes at the same queue: each message goes out once', async () => {
  const addresses = Array.from({ length: 40 }, (_, n) => `both${n}@verified.test`);
  const ids: MessageId[] = [];
  for (const address of addresses) ids.push(await queued(address));
  const other = road.newDelivery();
  await Promise.all([...road.delivery.loops, ...other.loops].map((loop) => loop.runUntilIdle()));
  for (const loop of other.loops) await loop.stop();
  assert.deepEqual(
    addresses.map(count),
    addresses.map(() => 1),
  );
});

test('stopping ends what is under way, and nothing is left held', async () => {
  const messageId = await queued('stopping@slow.test');
  const other = road.newDelivery();
  const [dispatch] = other.loops;
  assert.ok(dispatch);
  dispatch.start();
  while ((await road.journey(organizationId, messageId, 'stopping@slow.test')).state === 'queued')
    await new Promise(setImmediate);
  for (const loop of other.loops) await loop.stop();
  assert.equal((await road.journey(organizationId, messageId, 'stopping@slow.test')).state, 'delivered');
});
