import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { decodeVerifierKey, openCheckpoint, rootOfLeaves } from '#protocols/tlog/index.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { createAuditModule } from './module.ts';
import { originOf } from './origin.ts';

describe('the sequencer', async () => {
  const db = await testDatabase();
  const audit = createAuditModule({ ...db, clock: testClock(), log: silentLogger });
  const [sequencer] = audit.loops;
  assert.ok(sequencer);
  const record = (organizationId: OrganizationId, kind: string) =>
    db.database.inTenant(organizationId, (tx) =>
      audit.record(tx, { organizationId, kind, actor: { kind: 'anonymous' } }),
    );
  const entriesOf = (organizationId: OrganizationId) =>
    db.database.inTenant(
      organizationId,
      async (tx) =>
        (
          await sql<{ sequence: number; kind: string; leaf: Buffer }>`
      SELECT sequence, kind, leaf_hash AS leaf FROM audit.entry JOIN audit.event USING (organization_id, event_id) ORDER BY sequence`.execute(
            tx,
          )
        ).rows,
    );

  async function assertTreeHolds(organizationId: OrganizationId): Promise<void> {
    const entries = await entriesOf(organizationId);
    const key = decodeVerifierKey(await audit.verifierKeyOf(organizationId));
    assert.ok(key);
    const { rows } = await db.database.inTenant(organizationId, (tx) =>
      sql<{ size: number; note: string }>`SELECT size, note FROM audit.checkpoint ORDER BY size`.execute(tx),
    );
    for (const { size, note } of rows) {
      const checkpoint = openCheckpoint(note, originOf(organizationId), key);
      assert.deepEqual(checkpoint, {
        origin: originOf(organizationId),
        size,
        root: rootOfLeaves(entries.slice(0, size).map((entry) => entry.leaf)),
      });
    }
    assert.equal(rows.at(-1)?.size, entries.length);
    assert.deepEqual(
      entries.map((entry) => entry.sequence),
      entries.map((_, index) => index),
    );
  }

  it('numbers events without a gap, in the order of their recording, and signs each batch', async () => {
    const organizationId = newOrganization();
    for (const kinds of [['a', 'b'], ['c'], ['d', 'e', 'f']]) {
      await db.database.inTenant(organizationId, (tx) =>
        audit.recordMany(
          tx,
          kinds.map((kind) => ({ organizationId, kind, actor: { kind: 'anonymous' } as const })),
        ),
      );
      assert.equal(await sequencer.runUntilIdle(), kinds.length);
    }
    assert.deepEqual(
      (await entriesOf(organizationId)).map((entry) => entry.kind),
      ['a', 'b', 'c', 'd', 'e', 'f'],
    );
    await assertTreeHolds(organizationId);
  });

  it('takes an event that commits after later ones, once', async () => {
    const organizationId = newOrganization();
    const recorded = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slow = db.database.inTenant(organizationId, async (tx) => {
      await audit.record(tx, { organizationId, kind: 'slow', actor: { kind: 'anonymous' } });
      recorded.resolve();
      await mayCommit.promise;
    });
    await recorded.promise;
    await record(organizationId, 'quick');
    assert.equal(await sequencer.runUntilIdle(), 1);
    mayCommit.resolve();
    await slow;
    assert.equal(await sequencer.runUntilIdle(), 1);
    assert.deepEqual(
      (await entriesOf(organizationId)).map((entry) => entry.kind),
      ['quick', 'slow'],
    );
    await assertTreeHolds(organizationId);
  });

  it('keeps up with many writers and several sequencers at once', async () => {
    const organizations = [newOrganization(), newOrganization(), newOrganization()];
    const others = [
      createAuditModule({ ...db, clock: testClock(), log: silentLogger }),
      createAuditModule({ ...db, clock: testClock(), log: silentLogger }),
    ];
    let writing = true;
    const sequencing = others.map(async ({ loops }) => {
      while (writing) await loops[0]?.runUntilIdle();
    });
    await Promise.all(
      organizations.flatMap((organizationId) =>
        Array.from({ length: 4 }, async (_, writer) => {
          for (let index = 0; index < 25; index += 1) await record(organizationId, `${writer}.${index}`);
        }),
      ),
    );
    writing = false;
    await Promise.all(sequencing);
    await sequencer.runUntilIdle();
    for (const organizationId of organizations) {
      const kinds = (await entriesOf(organizationId)).map((entry) => entry.kind);
      assert.equal(kinds.length, 100);
      for (let writer = 0; writer < 4; writer += 1) {
        assert.deepEqual(
          kinds.filter((kind) => kind.startsWith(`${writer}.`)),
          Array.from({ length: 25 }, (_, index) => `${writer}.${index}`),
        );
      }
      await assertTreeHolds(organizationId);
    }
  });

  it('leaves everything as it was when it dies in the middle', async () => {
    const organizationId = newOrganization();
    await record(organizationId, 'a');
    let opened = 0;
    const dying = createAuditModule({
      ...db,
      clock: {
        now: () => {
          opened += 1;
          throw new Error('died');
        },
      },
      log: silentLogger,
    });
    await assert.rejects(dying.loops[0]?.runUntilIdle() ?? Promise.resolve(), /died/);
    assert.equal(opened, 1);
    assert.deepEqual(await entriesOf(organizationId), []);
    assert.equal(await sequencer.runUntilIdle(), 1);
    await assertTreeHolds(organizationId);
  });

  it('signs with one key, whoever makes it first', async () => {
    const organizationId = newOrganization();
    const keys = await Promise.all(
      Array.from({ length: 4 }, () =>
        createAuditModule({ ...db, clock: testClock(), log: silentLogger }).verifierKeyOf(organizationId),
      ),
    );
    assert.equal(new Set(keys).size, 1);
  });

  function newOrganization(): OrganizationId {
    return db.newOrganization();
  }
});
