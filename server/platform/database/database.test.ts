import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { defineEvent } from '../events/event.ts';
import { createOutbox } from '../events/outbox.ts';
import { silentLogger } from '../log/log.ts';
import { byteaArray, textArray, uuidArray } from './binary-array.ts';
import { isUniqueViolation } from './unique-violation.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';

const db = await testDatabase();

const insertKey = (organizationId: string, version: number) =>
  sql`INSERT INTO platform.organization_key (organization_id, version, wrapped) VALUES (${organizationId}, ${version}, ''::bytea)`;
const countKeys = sql<{ count: number }>`SELECT count(*) AS count FROM platform.organization_key`;

test('a tenant transaction sees and writes its own organisation only', async () => {
  const [one, other] = [db.newOrganization(), db.newOrganization()];
  await db.database.inTenant(one, (tx) => insertKey(one, 1).execute(tx));
  const seen = await db.database.inTenant(other, (tx) => countKeys.execute(tx));
  assert.equal(seen.rows[0]?.count, 0);
  await assert.rejects(
    db.database.inTenant(other, (tx) => insertKey(one, 2).execute(tx)),
    /row-level security/,
  );
  const all = await db.database.acrossTenants((tx) => countKeys.execute(tx));
  assert.equal(all.rows[0]?.count, 1);
});

test('a transaction that throws leaves nothing, and its connection serves the next', async () => {
  const organization = db.newOrganization();
  await assert.rejects(
    db.database.inTenant(organization, async (tx) => {
      await insertKey(organization, 1).execute(tx);
      throw new Error('after the insert');
    }),
    /after the insert/,
  );
  const { rows } = await db.database.inTenant(organization, (tx) => countKeys.execute(tx));
  assert.equal(rows[0]?.count, 0);
});

test('statements that go out together are all done, or none, and the first failure is told', async () => {
  const [one, other] = [db.newOrganization(), db.newOrganization()];
  const count = async () => (await db.database.inTenant(one, (tx) => countKeys.execute(tx))).rows[0]?.count;
  await db.database.commitTogether(one, [insertKey(one, 1), insertKey(one, 2)]);
  assert.equal(await count(), 2);
  const twice = db.database.commitTogether(one, [insertKey(one, 3), insertKey(one, 1), insertKey(other, 1)]);
  await assert.rejects(twice, isUniqueViolation);
  await assert.rejects(db.database.commitTogether(one, [insertKey(other, 1)]), /row-level security/);
  assert.equal(await count(), 2);
  const many = Array.from({ length: 20 }, (_, version) =>
    db.database.commitTogether(one, [insertKey(one, version + 10)]),
  );
  await Promise.all(many);
  assert.equal(await count(), 22);
});

test('a value goes out with others as it is, and one without a form is refused before anything is sent', async () => {
  const organization = db.newOrganization();
  const at = new Date('2026-02-28T23:59:59.123Z');
  const wrapped = Buffer.of(0, 255, 92, 34);
  const insert = (version: unknown) => sql`
    INSERT INTO platform.organization_key (organization_id, version, wrapped, created_at)
    VALUES (${organization}, ${version}, ${wrapped}, ${at})`;
  await db.database.commitTogether(organization, [insert(7)]);
  await assert.rejects(db.database.commitTogether(organization, [insert(8), insert(undefined)]), TypeError);
  const { rows } = await db.database.inTenant(organization, (tx) =>
    sql`SELECT version, wrapped, created_at FROM platform.organization_key`.execute(tx),
  );
  assert.deepEqual(rows, [{ version: 7, wrapped, created_at: at }]);
});

test('a statement that cannot be prepared takes the others with it, and its connection serves nobody else', async () => {
  const organization = db.newOrganization();
  const broken = sql`INSERT INTO platform.no_such_table VALUES (1)`;
  for (let round = 0; round < 3; round += 1) {
    await assert.rejects(
      db.database.commitTogether(organization, [insertKey(organization, 1), broken]),
      /no_such_table/,
    );
  }
  await Promise.all(
    Array.from({ length: 20 }, (_, version) =>
      db.database.commitTogether(organization, [insertKey(organization, version)]),
    ),
  );
  const { rows } = await db.database.inTenant(organization, (tx) => countKeys.execute(tx));
  assert.equal(rows[0]?.count, 20);
});

test('bytes, texts and ids arrive in their array as they are, missing ones too', async () => {
  const organization = db.newOrganization();
  const ids = [organization, null, db.newOrganization()];
  const bytes = [Buffer.of(0, 255, 92, 34), Buffer.alloc(0), null, Buffer.alloc(70_000, 7)];
  const texts = ['', 'a "quoted" \\ {one}', null, 'é 𝄞', 'NULL'];
  const { rows } = await db.database.inTenant(organization, (tx) =>
    sql<{ ids: string[]; texts: string[]; bytes: Buffer[]; none: string[] }>`
      SELECT ${uuidArray(ids)}::uuid[] AS ids, ${textArray(texts)}::text[] AS texts, ${byteaArray(bytes)}::bytea[] AS bytes, ${uuidArray([])}::uuid[] AS none`.execute(
      tx,
    ),
  );
  assert.deepEqual(rows, [{ ids, texts, bytes, none: [] }]);
  for (const text of ['', 'x'.repeat(36), `${organization}0`, organization.slice(1)]) {
    assert.throws(() => uuidArray([text]), RangeError);
  }
});

test('an organisation that is not a UUID never reaches the server', async () => {
  await assert.rejects(
    db.database.inTenant("' OR 1=1 --" as never, async () => undefined),
    TypeError,
  );
  await assert.rejects(db.database.commitTogether('*' as never, []), TypeError);
});

test('sealed fields open for their organisation and purpose only', async () => {
  const [one, other] = [db.newOrganization(), db.newOrganization()];
  const sealed = await db.keyring.seal(one, 'test.field', 'value');
  assert.equal(await db.keyring.openText(one, 'test.field', sealed), 'value');
  const values = [Buffer.from('a'), Buffer.from('a'), Buffer.alloc(0)];
  const many = await Promise.all(values.map((value) => db.keyring.seal(one, 'test.field', value)));
  assert.notDeepEqual(many[0], many[1]);
  for (const [index, each] of many.entries()) {
    assert.deepEqual(await db.keyring.open(one, 'test.field', each), values[index]);
  }
  await assert.rejects(db.keyring.openText(one, 'test.other', sealed), { code: 'sealed-value-damaged' });
  await assert.rejects(db.keyring.openText(other, 'test.field', sealed), { code: 'sealed-value-damaged' });
  const { key, wrapped } = await db.keyring.createDataKey(one);
  assert.deepEqual(await db.keyring.openDataKey(one, wrapped), key);
  assert.notDeepEqual(
    await db.keyring.blindIndex(one, 'test', 'value'),
    await db.keyring.blindIndex(other, 'test', 'value'),
  );
});

test('an event reaches each subscriber once, and a failing one again', async () => {
  const clock = testClock();
  const outbox = createOutbox({ database: db.database, clock, log: silentLogger });
  const happened = defineEvent<{ n: number }>('test.happened');
  const organization = db.newOrganization();
  const seen: number[] = [];
  let failures = 1;
  outbox.subscribe(happened, 'test.first', async (_tx, { data }) => void seen.push(data.n));
  outbox.subscribe(happened, 'test.second', async (tx) => {
    await insertKey(organization, 7).execute(tx);
    if (failures-- > 0) throw new Error('once');
  });
  await db.database.inTenant(organization, (tx) => outbox.publish(tx, happened, organization, { n: 1 }));
  assert.equal(await outbox.loop.runUntilIdle(), 1);
  clock.advance(2_000);
  assert.equal(await outbox.loop.runUntilIdle(), 1);
  assert.deepEqual(seen, [1]);
  const { rows } = await db.database.inTenant(organization, (tx) => countKeys.execute(tx));
  assert.equal(rows[0]?.count, 1);
});
