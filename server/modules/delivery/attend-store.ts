import { sql } from 'kysely';
import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export interface AttendedRow {
  organization_id: OrganizationId;
  delivery_id: DeliveryId;
  message_id: MessageId;
  purpose: 'message' | 'letter';
  /** Its time has run out; otherwise its sender is told that it still waits. */
  ending: boolean;
  paused: boolean;
}

/**
 * Takes what has waited so long that its sender must hear of it. What has run out of time is urged: it ends with one more
 * attempt, or with none where the destination rests. While mail rests by a person's word no time runs out.
 */
export async function attendWaiting(tx: Tx, now: Date, limit: number): Promise<AttendedRow[]> {
  const { rows } = await sql<AttendedRow>`
    WITH due AS (
      SELECT d.organization_id, d.delivery_id, d.give_up_at <= ${now} AS ending,
        EXISTS (SELECT FROM delivery.pause p WHERE p.organization_id = d.organization_id
          AND (p.scope, p.key) IN (('organization', ''), ('destination', convert_to(d.destination, 'UTF8')), ('domain', d.domain_index))) AS paused
      FROM delivery.delivery d
      WHERE d.state IN ('queued', 'deferred') AND d.attend_at <= ${now}
      ORDER BY d.attend_at LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE delivery.delivery d SET
      attend_at = CASE WHEN NOT due.ending THEN d.give_up_at WHEN due.paused THEN ${now}::timestamptz + interval '1 hour' END,
      give_up_at = CASE WHEN due.ending AND due.paused THEN ${now}::timestamptz + interval '1 hour' ELSE d.give_up_at END,
      urged = d.urged OR (due.ending AND NOT due.paused),
      ready = d.ready AND NOT (due.ending AND NOT due.paused),
      next_attempt_at = CASE WHEN due.ending AND NOT due.paused THEN ${now} ELSE d.next_attempt_at END
    FROM due WHERE d.organization_id = due.organization_id AND d.delivery_id = due.delivery_id
    RETURNING d.organization_id, d.delivery_id, d.message_id, d.purpose, due.ending, due.paused`.execute(tx);
  return rows;
}
