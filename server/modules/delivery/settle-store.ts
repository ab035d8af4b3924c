import { sql } from 'kysely';
import type { DeliveryId } from '#contract/ids.ts';
import { byteaArray, textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AttemptKey } from './claim-store.ts';
import type { NextState } from './outcome.ts';

export interface SettledAttempt extends AttemptKey {
  readonly next: NextState;
  /** Code of the outcome, for reports. */
  readonly outcome: string;
  readonly replyCode: number | null;
  readonly detailSealed: Buffer | null;
  /** Where its mail went, or would have gone; '' when that is not known. */
  readonly destination: string;
  /** Attempts in a row whose process ended, this one included: 0 for one that ended by itself. */
  readonly interruptions: number;
}

/**
 * Ends attempts: the delivery's next state and the attempt's result, for those that are still at this
 * attempt. An answer that comes after the lease was lost still counts where the delivery had been
 * called uncertain. Returns whom it changed.
 */
export async function endAttempts(
  tx: Tx,
  attempts: readonly SettledAttempt[],
  now: Date,
): Promise<Set<DeliveryId>> {
  const column = <T>(of: (attempt: SettledAttempt) => T): T[] => attempts.map(of);
  const { rows } = await sql<{ delivery_id: DeliveryId }>`
    WITH results AS (
      SELECT * FROM unnest(
        ${uuidArray(column((each) => each.organizationId))}::uuid[], ${uuidArray(column((each) => each.deliveryId))}::uuid[], ${column((each) => each.attempt)}::integer[],
        ${textArray(column((each) => each.next.state))}::text[], ${textArray(column((each) => each.next.reason))}::text[], ${textArray(column((each) => each.next.protection))}::text[],
        ${column((each) => each.next.nextAttemptAt)}::timestamptz[], ${textArray(column((each) => each.outcome))}::text[],
        ${column((each) => each.replyCode)}::smallint[], ${byteaArray(column((each) => each.detailSealed))}::bytea[],
        ${textArray(column((each) => each.destination))}::text[], ${column((each) => each.interruptions)}::smallint[])
        AS r(organization_id, delivery_id, number, state, reason, protection, next_attempt_at, outcome, reply_code, detail_sealed,
          destination, interruptions)
    ), moved AS (
      UPDATE delivery.delivery d
      SET state = r.state, state_since = ${now}, reason = r.reason, protection = r.protection, next_attempt_at = r.next_attempt_at,
        ready = false, urged = false, interruptions = r.interruptions, destination = coalesce(nullif(r.destination, ''), d.destination),
        lease_owner = NULL, lease_until = NULL, revoke_requested_at = NULL
      FROM results r
      WHERE d.organization_id = r.organization_id AND d.delivery_id = r.delivery_id AND d.attempts = r.number
        AND (d.state = 'attempting' OR (d.state = 'uncertain' AND r.state IN ('delivered', 'bounced')))
      RETURNING d.organization_id, d.delivery_id
    ), ended AS (
      UPDATE delivery.attempt a
      SET phase = 'ended', ended_at = ${now}, outcome = r.outcome, reply_code = r.reply_code, detail_sealed = r.detail_sealed
      FROM results r JOIN moved m ON m.organization_id = r.organization_id AND m.delivery_id = r.delivery_id
      WHERE a.organization_id = r.organization_id AND a.delivery_id = r.delivery_id AND a.number = r.number
    )
    SELECT delivery_id FROM moved`.execute(tx);
  return new Set(rows.map((row) => row.delivery_id));
}

export interface AttemptRow {
  delivery_id: DeliveryId;
  number: number;
  started_at: Date;
  ended_at: Date | null;
  outcome: string | null;
  reply_code: number | null;
  detail_sealed: Buffer | null;
}

export async function selectAttempts(
  tx: Tx,
  organizationId: string,
  deliveryIds: readonly DeliveryId[],
): Promise<AttemptRow[]> {
  const { rows } = await sql<AttemptRow>`
    SELECT delivery_id, number, started_at, ended_at, outcome, reply_code, detail_sealed FROM delivery.attempt
    WHERE organization_id = ${organizationId} AND delivery_id = ANY(${deliveryIds}::uuid[]) ORDER BY delivery_id, number`.execute(
    tx,
  );
  return rows;
}

/** The newest attempt of a delivery. */
export async function selectLastAttempt(
  tx: Tx,
  organizationId: string,
  deliveryId: DeliveryId,
): Promise<Pick<AttemptRow, 'delivery_id' | 'number' | 'detail_sealed'> | undefined> {
  const { rows } = await sql<Pick<AttemptRow, 'delivery_id' | 'number' | 'detail_sealed'>>`
    SELECT delivery_id, number, detail_sealed FROM delivery.attempt
    WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} ORDER BY number DESC LIMIT 1`.execute(
    tx,
  );
  return rows[0];
}

/** What a server further on said of it, after ours had accepted. */
export async function saveReturnedDetail(
  tx: Tx,
  { delivery_id: deliveryId, number }: Pick<AttemptRow, 'delivery_id' | 'number'>,
  organizationId: string,
  detailSealed: Buffer,
): Promise<void> {
  await sql`
    UPDATE delivery.attempt SET detail_sealed = ${detailSealed}
    WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} AND number = ${number}`.execute(
    tx,
  );
}
