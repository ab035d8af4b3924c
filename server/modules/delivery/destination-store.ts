import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { DestinationState } from './destination.ts';
import type { ReasonCode } from './reasons.ts';

export interface DestinationRow {
  concurrency: number;
  threshold: number;
  failures: number;
  rests_until: Date | null;
  because: ReasonCode | null;
  reply_code: number | null;
  heard_at: Date;
}

/** Writes what this process learned of destinations; the latest news of any process stands. */
export async function saveDestinations(
  tx: Tx,
  learned: readonly { readonly destination: string; readonly state: DestinationState }[],
): Promise<void> {
  const sorted = learned.toSorted((a, b) => (a.destination < b.destination ? -1 : 1)); // no two processes wait for each other
  const column = <T>(of: (state: DestinationState) => T): T[] => sorted.map(({ state }) => of(state));
  await sql`
    INSERT INTO delivery.destination AS d (destination, concurrency, threshold, failures, rests_until, because, reply_code, heard_at)
    SELECT * FROM unnest(${sorted.map(({ destination }) => destination)}::text[], ${column((state) => state.concurrency)}::real[],
      ${column((state) => state.threshold)}::real[], ${column((state) => state.failures)}::integer[],
      ${column((state) => state.restsUntil)}::timestamptz[], ${column((state) => state.because)}::text[],
      ${column((state) => state.replyCode)}::smallint[], ${column((state) => state.heardAt)}::timestamptz[])
    ON CONFLICT (destination) DO UPDATE SET concurrency = excluded.concurrency, threshold = excluded.threshold,
      failures = excluded.failures, rests_until = excluded.rests_until, because = excluded.because,
      reply_code = excluded.reply_code, heard_at = excluded.heard_at, version = d.version + 1
    WHERE d.heard_at <= excluded.heard_at`.execute(tx);
}

export interface LearnedRoute {
  readonly organizationId: OrganizationId;
  readonly domainIndex: Buffer;
  readonly destination: string;
  readonly serverSealed: Buffer;
}

/** Notes where a domain's mail goes, and gives the destination to what waits without one. */
export async function saveRoute(
  tx: Tx,
  { organizationId, domainIndex, destination, serverSealed }: LearnedRoute,
  priorities: readonly number[],
): Promise<void> {
  await sql`
    INSERT INTO delivery.route (organization_id, domain_index, destination, server_sealed)
    VALUES (${organizationId}, ${domainIndex}, ${destination}, ${serverSealed})
    ON CONFLICT (organization_id, domain_index) DO UPDATE
      SET destination = excluded.destination, server_sealed = excluded.server_sealed`.execute(tx);
  await sql`
    UPDATE delivery.delivery d SET destination = ${destination}
    FROM (
      SELECT w.delivery_id FROM unnest(${priorities}::smallint[]) AS p(priority) CROSS JOIN LATERAL (
        SELECT delivery_id FROM delivery.delivery
        WHERE ready AND state IN ('queued', 'deferred', 'uncertain') AND priority = p.priority
          AND organization_id = ${organizationId} AND destination = '' AND domain_index = ${domainIndex}
        LIMIT 5000 FOR UPDATE SKIP LOCKED) w
    ) waiting
    WHERE d.organization_id = ${organizationId} AND d.delivery_id = waiting.delivery_id`.execute(tx);
}

/** Says that this process is alive for so long, forgets those that are not, and answers how many there are. */
export async function countProcesses(tx: Tx, processId: string, seconds: number): Promise<number> {
  await sql`
    INSERT INTO delivery.process (process_id, alive_until) VALUES (${processId}, clock_timestamp() + make_interval(secs => ${seconds}))
    ON CONFLICT (process_id) DO UPDATE SET alive_until = excluded.alive_until`.execute(tx);
  await sql`DELETE FROM delivery.process WHERE alive_until < clock_timestamp() - interval '1 hour'`.execute(
    tx,
  );
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM delivery.process WHERE alive_until > clock_timestamp()`.execute(
    tx,
  );
  return Math.max(1, rows[0]?.count ?? 1);
}

export async function endProcess(tx: Tx, processId: string): Promise<void> {
  await sql`DELETE FROM delivery.process WHERE process_id = ${processId}`.execute(tx);
}

/** Forgets what has not been heard of for long: it would not be true any more. */
export async function forgetDestinations(tx: Tx, before: Date): Promise<number> {
  const gone = await sql`DELETE FROM delivery.destination WHERE heard_at < ${before}`.execute(tx);
  return Number(gone.numAffectedRows ?? 0n);
}
