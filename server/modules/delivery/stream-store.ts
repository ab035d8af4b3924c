import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { DestinationRow } from './destination-store.ts';
import { longestWaitMs } from './lanes.ts';
import type { Stream } from './share-out.ts';

/** Where the walk over the streams of one priority begins: behind this one. */
export interface WalkedTo {
  readonly priority: number;
  readonly organizationId: OrganizationId;
  readonly destination: string;
  readonly domainIndex: Buffer;
}

export const startOf = (priority: number): WalkedTo => ({
  priority,
  organizationId: '00000000-0000-0000-0000-000000000000' as OrganizationId,
  destination: '',
  domainIndex: Buffer.alloc(0),
});

export interface WalkedStream extends Stream {
  /** May go just now: neither paused nor resting. */
  readonly open: boolean;
  /** What is known of the destination; null when nothing is. */
  readonly known: DestinationRow | null;
}

interface Row extends Partial<DestinationRow> {
  priority: number;
  organization_id: OrganizationId;
  destination: string;
  domain_index: Buffer;
  open: boolean;
}

/** What is due becomes ready; also what is due later than any delivery waits: the clock has gone back since. Answers how many. */
export async function wakeDue(tx: Tx, now: Date, limit: number): Promise<number> {
  const woken = await sql`
    WITH due AS (
      SELECT organization_id, delivery_id FROM delivery.delivery
      WHERE NOT ready AND NOT urged AND interruptions < 2 AND state IN ('queued', 'deferred', 'uncertain') AND next_attempt_at <= ${now}
      ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), ahead AS (
      SELECT organization_id, delivery_id FROM delivery.delivery
      WHERE NOT ready AND NOT urged AND interruptions < 2 AND state IN ('queued', 'deferred', 'uncertain')
        AND next_attempt_at > ${new Date(now.getTime() + longestWaitMs)}
      ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery.delivery d SET ready = true
    FROM (SELECT * FROM due UNION ALL SELECT * FROM ahead) due
    WHERE d.organization_id = due.organization_id AND d.delivery_id = due.delivery_id`.execute(tx);
  return Number(woken.numAffectedRows ?? 0n);
}

/**
 * The streams that have something ready, of each priority from where the last walk ended: one step of an index each,
 * however much waits. What is paused or rests is stepped over as a whole: an organisation, a destination, a domain.
 * Codes (priority 0) go also while mail rests: the portal stays open.
 */
export async function walkStreams(
  tx: Tx,
  from: readonly WalkedTo[],
  { now, steps }: { now: Date; steps: number },
): Promise<WalkedStream[]> {
  // Above every destination (base64url) and every index of a domain (32 octets at most).
  const { rows } = await sql<Row>`
    SELECT w.priority, w.organization_id, w.destination, w.domain_index, w.open, known.concurrency, known.threshold,
      known.failures, known.rests_until, known.because, known.reply_code, known.heard_at
    FROM unnest(${from.map((each) => each.priority)}::smallint[], ${from.map((each) => each.organizationId)}::uuid[],
      ${from.map((each) => each.destination)}::text[], ${from.map((each) => each.domainIndex)}::bytea[])
      AS f(priority, organization_id, destination, domain_index)
    CROSS JOIN LATERAL (
      WITH RECURSIVE walk AS (
        SELECT f.priority, f.organization_id, f.destination COLLATE "C" AS destination, f.domain_index,
          f.destination COLLATE "C" AS behind_destination, f.domain_index AS behind_domain, false AS open, 0 AS step
        UNION ALL
        SELECT w.priority, n.organization_id, n.destination, n.domain_index,
          CASE WHEN s.organization_paused THEN '~' ELSE n.destination END COLLATE "C",
          CASE WHEN s.destination_closed THEN decode(repeat('ff', 33), 'hex') ELSE n.domain_index END,
          NOT (s.organization_paused OR s.destination_closed OR s.domain_paused), w.step + 1
        FROM walk w CROSS JOIN LATERAL (
          SELECT d.organization_id, d.destination, d.domain_index FROM delivery.delivery d
          WHERE d.ready AND d.state IN ('queued', 'deferred', 'uncertain') AND d.priority = w.priority
            AND (d.organization_id, d.destination, d.domain_index) > (w.organization_id, w.behind_destination, w.behind_domain)
          ORDER BY d.organization_id, d.destination, d.domain_index LIMIT 1
        ) n CROSS JOIN LATERAL (
          SELECT w.priority > 0 AND EXISTS (SELECT FROM delivery.pause p
              WHERE p.organization_id = n.organization_id AND p.scope = 'organization' AND p.key = '') AS organization_paused,
            w.priority > 0 AND (EXISTS (SELECT FROM delivery.pause p
              WHERE p.organization_id = n.organization_id AND p.scope = 'destination' AND p.key = convert_to(n.destination, 'UTF8'))
            OR EXISTS (SELECT FROM delivery.destination r WHERE r.destination = n.destination AND r.rests_until > ${now})) AS destination_closed,
            w.priority > 0 AND EXISTS (SELECT FROM delivery.pause p
              WHERE p.organization_id = n.organization_id AND p.scope = 'domain' AND p.key = n.domain_index) AS domain_paused
        ) s
        WHERE w.step < ${steps}
      )
      SELECT * FROM walk WHERE step > 0
    ) w
    LEFT JOIN LATERAL (SELECT * FROM delivery.destination k WHERE k.destination = w.destination AND w.open) known ON true
    ORDER BY w.priority, w.step`.execute(tx);
  return rows.map((row) => ({
    priority: row.priority,
    organizationId: row.organization_id,
    destination: row.destination,
    domainIndex: row.domain_index,
    open: row.open,
    known: isKnown(row) ? row : null,
  }));
}

const isKnown = (row: Row): row is Row & DestinationRow => row.heard_at != null;
