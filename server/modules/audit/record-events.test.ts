import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { createAuditModule } from './module.ts';

describe('recording', async () => {
  const db = await testDatabase();
  const { database, keyring } = db;
  const audit = createAuditModule({ database, keyring, clock: testClock(), log: silentLogger });
  const kindsOf = (organizationId: OrganizationId) =>
    database.inTenant(organizationId, async (tx) => {
      const { rows } = await sql<{ kind: string }>`SELECT kind FROM audit.event ORDER BY event_id`.execute(
        tx,
      );
      return rows.map((row) => row.kind);
    });
  const event = (organizationId: OrganizationId, kind: string) => ({
    organizationId,
    kind,
    actor: { kind: 'system', part: 'test' } as const,
  });

  it('writes in the transaction of the change', async () => {
    const organizationId = db.newOrganization();
    await database.inTenant(organizationId, (tx) => audit.record(tx, event(organizationId, 'thing.done')));
    assert.deepEqual(await kindsOf(organizationId), ['thing.done']);
  });

  it('goes with the transaction that fails', async () => {
    const organizationId = db.newOrganization();
    await assert.rejects(
      database.inTenant(organizationId, async (tx) => {
        await audit.record(tx, event(organizationId, 'thing.done'));
        throw new Error('the change failed');
      }),
      /the change failed/,
    );
    assert.deepEqual(await kindsOf(organizationId), []);
  });

  it('takes a batch, and nothing', async () => {
    const organizationId = db.newOrganization();
    const kinds = Array.from({ length: 500 }, (_, index) => `thing.${String(index).padStart(3, '0')}`);
    await database.inTenant(organizationId, async (tx) => {
      await audit.recordMany(
        tx,
        kinds.map((kind) => event(organizationId, kind)),
      );
      await audit.recordMany(tx, []);
    });
    assert.deepEqual((await kindsOf(organizationId)).toSorted(), kinds);
  });

  it('shows nothing to another tenant, and lets none write for another', async () => {
    const [mine, theirs] = [db.newOrganization(), db.newOrganization()];
    await database.inTenant(mine, (tx) => audit.record(tx, event(mine, 'thing.done')));
    assert.deepEqual(await kindsOf(theirs), []);
    await assert.rejects(
      database.inTenant(theirs, (tx) => audit.record(tx, event(mine, 'thing.forged'))),
      /row-level security/,
    );
  });

  it('lets the application neither change nor remove what is recorded', async () => {
    const organizationId = db.newOrganization();
    await database.inTenant(organizationId, (tx) => audit.record(tx, event(organizationId, 'thing.done')));
    for (const table of ['event', 'entry', 'checkpoint', 'signing_key']) {
      const name = sql.table(`audit.${table}`);
      await assert.rejects(
        database.inTenant(organizationId, (tx) => sql`DELETE FROM ${name}`.execute(tx)),
        /permission denied/,
      );
      await assert.rejects(
        database.inTenant(organizationId, (tx) =>
          sql`UPDATE ${name} SET organization_id = organization_id`.execute(tx),
        ),
        /permission denied/,
      );
    }
  });
});
