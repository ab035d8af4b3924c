import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { AuditCheckpoint, ListedAuditEvents, getAuditCheckpoint, listAuditEvents } from '#contract/audit.ts';
import type { Endpoint } from '#contract/endpoint.ts';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Call } from '#platform/http/route.ts';
import { newId } from '#platform/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { decodeVerifierKey, openCheckpoint } from '#protocols/tlog/index.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { createAuditModule } from './module.ts';

describe('reading the log', async () => {
  const db = await testDatabase();
  const audit = createAuditModule({ ...db, clock: testClock(), log: silentLogger });
  const userId = newId<UserId>();

  async function call(
    endpoint: Endpoint,
    organizationId: OrganizationId,
    query: object = {},
  ): Promise<unknown> {
    const found = audit.routes.find((candidate) => candidate.endpoint === endpoint);
    const principal = { kind: 'user', organizationId, userId, actor: { kind: 'user', userId } };
    return found?.handler({
      params: {},
      query,
      principal,
      request: { ip: '192.0.2.7' },
    } as unknown as Call<Endpoint>);
  }
  const list = async (organizationId: OrganizationId, query: object) =>
    ListedAuditEvents.parse(
      await call(listAuditEvents, organizationId, listAuditEvents.definition.query.parse(query)),
    );

  async function recorded(kinds: readonly string[]): Promise<OrganizationId> {
    const organizationId = db.newOrganization();
    await db.database.inTenant(organizationId, (tx) =>
      audit.recordMany(
        tx,
        kinds.map((kind) => ({
          organizationId,
          kind,
          actor: { kind: 'anonymous' } as const,
          fields: { kind },
        })),
      ),
    );
    await audit.loops[0]?.runUntilIdle();
    return organizationId;
  }

  it('pages from the newest to the first, and every page is recorded', async () => {
    const organizationId = await recorded(['a', 'b', 'c', 'd', 'e']);
    const first = await list(organizationId, { limit: '2' });
    assert.deepEqual(
      first.items.map((item) => item.kind),
      ['e', 'd'],
    );
    const second = await list(organizationId, { limit: '2', cursor: first.nextCursor ?? '' });
    assert.deepEqual(
      second.items.map((item) => item.kind),
      ['c', 'b'],
    );
    const third = await list(organizationId, { limit: '2', cursor: second.nextCursor ?? '' });
    assert.deepEqual(
      third.items.map((item) => [item.kind, item.fields, item.intact]),
      [['a', { kind: 'a' }, true]],
    );
    assert.equal(third.nextCursor, null);

    await audit.loops[0]?.runUntilIdle();
    const [newest] = (await list(organizationId, { limit: '1' })).items;
    assert.deepEqual(newest && { ...newest, eventId: '', at: '' }, {
      sequence: 7,
      eventId: '',
      at: '',
      kind: 'audit.read',
      actor: { kind: 'user', userId },
      subject: null,
      fields: { first: 0, last: 0 },
      ip: '192.0.2.7',
      intact: true,
    });
  });

  it('shows another tenant nothing', async () => {
    await recorded(['a']);
    assert.deepEqual(await list(db.newOrganization(), {}), { items: [], nextCursor: null });
  });

  it('says which events are not what they were', async () => {
    const organizationId = await recorded(['a', 'b', 'c', 'd']);
    const intruder = new pg.Client(db.connection);
    await intruder.connect();
    const where =
      'WHERE (organization_id, event_id) = (SELECT organization_id, event_id FROM audit.entry WHERE organization_id = $1 AND sequence = $2)';
    await intruder.query(`UPDATE audit.event SET at = at + interval '1 day' ${where}`, [organizationId, 0]);
    await intruder.query(`UPDATE audit.event SET sealed = sealed || '\\x00' ${where}`, [organizationId, 1]);
    await intruder.query(`DELETE FROM audit.event ${where}`, [organizationId, 2]);
    await intruder.end();
    const { items } = await list(organizationId, {});
    assert.deepEqual(
      items.map((item) => [item.kind, item.intact, item.actor?.kind]),
      [
        ['d', true, 'anonymous'],
        [null, false, undefined],
        ['b', false, undefined],
        ['a', false, 'anonymous'],
      ],
    );
  });

  it('answers the latest checkpoint with the key to verify it, or that there is none', async () => {
    const organizationId = await recorded(['a', 'b']);
    const checkpoint = AuditCheckpoint.parse(await call(getAuditCheckpoint, organizationId));
    const key = decodeVerifierKey(checkpoint.verifierKey);
    assert.ok(key);
    assert.equal(openCheckpoint(checkpoint.note, checkpoint.origin, key)?.size, 2);
    await assert.rejects(call(getAuditCheckpoint, db.newOrganization()), { code: 'not-found' });
  });

  it('refuses a cursor that is not one', () => {
    for (const cursor of ['', '-1', 'x', '1e3', '9'.repeat(16)])
      assert.ok(!listAuditEvents.definition.query.safeParse({ cursor }).success);
  });
});
