import { sql, type RawBuilder } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '../clock/clock.ts';
import { textArray, uuidArray } from '../database/binary-array.ts';
import type { Database, Statement, Tx } from '../database/database.ts';
import { newId } from '../ids.ts';
import { createLoop, type Loop } from '../lifecycle/loop.ts';
import type { Logger } from '../log/log.ts';
import type { DomainEvent, EventType } from './event.ts';

type Handler<Data extends object> = (tx: Tx, event: DomainEvent<Data>) => Promise<void>;
type GroupHandler<Data extends object> = (tx: Tx, events: readonly DomainEvent<Data>[]) => Promise<void>;

/**
 * Domain events on their way down the house. Published in the transaction of the change; each
 * subscriber's handler runs in one transaction with the removal of its row, so what it writes there
 * happens exactly once. A handler that throws is run again with backoff (1 s doubling to 10 min), for ever.
 */
export interface Outbox {
  publish<Data extends object>(
    tx: Tx,
    event: EventType<Data>,
    organizationId: OrganizationId,
    data: Data,
  ): Promise<void>;
  publishMany<Data extends object>(
    tx: Tx,
    event: EventType<Data>,
    entries: readonly { organizationId: OrganizationId; data: Data }[],
  ): Promise<void>;
  /** `publishMany` for `Database.commitTogether`; nudge `loop` once that is done. */
  publishing<Data extends object>(
    event: EventType<Data>,
    entries: readonly { organizationId: OrganizationId; data: Data }[],
  ): Statement[];
  /** Call while the house is being put together, before anything is published. `subscriber` is stored: keep it stable. */
  subscribe<Data extends object>(event: EventType<Data>, subscriber: string, handler: Handler<Data>): void;
  /** The same for work that is cheaper together: up to 128 events of one organisation at once, in their order. */
  subscribeMany<Data extends object>(
    event: EventType<Data>,
    subscriber: string,
    handler: GroupHandler<Data>,
  ): void;
  readonly loop: Loop;
}

interface Row {
  organization_id: OrganizationId;
  event_id: string;
  subscriber: string;
  data: object;
  occurred_at: Date;
  attempts: number;
}

/** A handler that fails is asked again after this long at most. */
const longestDelayMs = 600_000;
const batchSize = 256;
/** Events of one organisation and subscriber that share a transaction. */
const groupSize = 128;
/** Organisations and subscribers served at once. */
const parallel = 4;

export function createOutbox({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
}): Outbox {
  const subscribers = new Map<string, string[]>();
  const handlers = new Map<string, GroupHandler<object>>();

  const subscribeMany: Outbox['subscribeMany'] = (event, subscriber, handler) => {
    if (handlers.has(subscriber)) throw new Error(`Subscriber ${subscriber} is taken`);
    handlers.set(subscriber, handler as GroupHandler<object>);
    subscribers.set(event.name, [...(subscribers.get(event.name) ?? []), subscriber]);
  };

  const publishing: Outbox['publishing'] = (event, entries) => {
    const names = subscribers.get(event.name);
    if (names === undefined || entries.length === 0) return [];
    const now = clock.now();
    const statement = sql`
      INSERT INTO platform.outbox (organization_id, event_id, subscriber, event, data, occurred_at, due_at)
      SELECT e.organization_id, e.event_id, s.name, ${event.name}, e.data::jsonb, ${now}, ${now}
      FROM unnest(${uuidArray(entries.map((entry) => entry.organizationId))}::uuid[], ${uuidArray(entries.map(() => newId()))}::uuid[],
                  ${textArray(entries.map((entry) => JSON.stringify(entry.data)))}::text[]) AS e(organization_id, event_id, data),
           unnest(${textArray(names)}::text[]) AS s(name)`;
    return [statement];
  };

  const publishMany: Outbox['publishMany'] = async (tx, event, entries) => {
    for (const statement of publishing(event, entries)) await statement.execute(tx);
    loop.nudge();
  };

  /** Also what is due later than anything is put off: the clock has gone back since. */
  async function due(): Promise<Row[]> {
    return database.acrossTenants(async (tx) => {
      const now = clock.now();
      const where = (time: RawBuilder<unknown>) => sql`(
        SELECT organization_id, event_id, subscriber, data, occurred_at, attempts FROM platform.outbox
        WHERE ${time} AND subscriber = ANY(${[...handlers.keys()]})
        ORDER BY due_at, event_id LIMIT ${batchSize})`;
      const { rows } = await sql<Row>`
        ${where(sql`due_at <= ${now}`)} UNION ALL
        ${where(sql`due_at > ${new Date(now.getTime() + longestDelayMs)}`)}`.execute(tx);
      return rows;
    });
  }

  /** A group in one transaction; one by one when any of it fails, so that the rest is not held up. */
  async function handleGroup(rows: readonly Row[]): Promise<number> {
    if (rows.length === 1) return handleOne(rows);
    try {
      return await handle(rows);
    } catch {
      let done = 0;
      for (const row of rows) done += await handleOne([row]);
      return done;
    }
  }

  async function handleOne(rows: readonly Row[]): Promise<number> {
    try {
      return await handle(rows);
    } catch (error) {
      for (const row of rows) {
        log.warn('outbox.handler-failed', {
          subscriber: row.subscriber,
          eventId: row.event_id,
          attempt: row.attempts + 1,
          error,
        });
        await postpone(row, error);
      }
      return 0;
    }
  }

  async function handle(rows: readonly Row[]): Promise<number> {
    const [first] = rows;
    const handler = first === undefined ? undefined : handlers.get(first.subscriber);
    if (first === undefined || handler === undefined) return 0;
    const { organization_id: organizationId, subscriber } = first;
    // Removal and effects are one commit: one that a crash undoes is done again. So it need not wait for the disk.
    return database.inTenant(
      organizationId,
      async (tx) => {
        // By key and then by place: the planner knows too little of a table that is mostly empty.
        const claimed = await sql<{ event_id: string }>`
        DELETE FROM platform.outbox WHERE ctid = ANY(ARRAY(
          SELECT locked.place FROM unnest(${rows.map((row) => row.event_id)}::uuid[]) AS wanted (event_id)
          CROSS JOIN LATERAL (
            SELECT ctid AS place FROM platform.outbox
            WHERE organization_id = ${organizationId} AND subscriber = ${subscriber} AND event_id = wanted.event_id
            FOR UPDATE SKIP LOCKED) locked))
        RETURNING event_id`.execute(tx);
        const mine = new Set(claimed.rows.map((row) => row.event_id)); // another server has the others
        if (mine.size === 0) return 0;
        await handler(
          tx,
          rows
            .filter((row) => mine.has(row.event_id))
            .map((row) => ({
              organizationId,
              eventId: row.event_id,
              occurredAt: row.occurred_at,
              data: row.data,
            })),
        );
        return mine.size;
      },
      { durability: 'deferred' },
    );
  }

  async function postpone(row: Row, error: unknown): Promise<void> {
    const delayMs = Math.min(longestDelayMs, 1000 * 2 ** Math.min(row.attempts, 20));
    const code = error instanceof Error ? error.name : 'unknown';
    await database.inTenant(row.organization_id, (tx) =>
      sql`UPDATE platform.outbox SET attempts = attempts + 1, last_error = ${code}, due_at = ${new Date(clock.now().getTime() + delayMs)}
          WHERE organization_id = ${row.organization_id} AND event_id = ${row.event_id} AND subscriber = ${row.subscriber}`.execute(
        tx,
      ),
    );
  }

  async function runOnce(signal: AbortSignal): Promise<number> {
    const targets = byTarget(await due()).values();
    let done = 0;
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const groups of targets)
          for (const group of groups) {
            if (signal.aborted) return;
            const handled = await handleGroup(group); // read `done` only after the wait: four do this at once
            done += handled;
          }
      }),
    );
    return done;
  }

  const loop = createLoop({ name: 'outbox', everyMs: 250, patienceMs: 1_000, runOnce, log });

  return {
    publishing,
    publishMany,
    publish: (tx, event, organizationId, data) => publishMany(tx, event, [{ organizationId, data }]),
    subscribe(event, subscriber, handler) {
      subscribeMany(event, subscriber, async (tx, events) => {
        for (const one of events) await handler(tx, one);
      });
    },
    subscribeMany,
    loop,
  };
}

/** In groups of bounded size. Those of one organisation and subscriber go one after the other: they change the same rows. */
function byTarget(rows: readonly Row[]): Row[][][] {
  const targets = Map.groupBy(rows, (row) => `${row.organization_id} ${row.subscriber}`);
  return [...targets.values()].map((all) =>
    Array.from({ length: Math.ceil(all.length / groupSize) }, (_, at) =>
      all.slice(at * groupSize, (at + 1) * groupSize),
    ),
  );
}
