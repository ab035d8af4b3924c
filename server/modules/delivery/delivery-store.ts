import { sql } from 'kysely';
import type { DeliveryState, RecipientKind } from '#contract/delivery.ts';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Protection } from '#contract/protection.ts';
import type { LetterId } from '#modules/pickup/index.ts';
import { byteaArray, textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { statesBefore } from './delivery-state.ts';
import type { JourneyStep } from './delivery.ts';
import type { ReasonCode } from './reasons.ts';
import type { SealedRecipient } from './sealed-columns.ts';

export interface DeliveryRow extends SealedRecipient {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  readonly letterId: LetterId | null;
  readonly senderId: UserId | null;
  readonly kind: RecipientKind;
  readonly sizeBytes: number;
  readonly lane: string;
  readonly priority: number;
  readonly promised: Protection;
  readonly offerDays: number;
  readonly state: DeliveryState;
  readonly reason: ReasonCode;
  readonly giveUpAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly dsnSealed: Buffer | null;
  /** When its sender must hear of it. */
  readonly attendAt: Date;
  readonly requireTls: boolean;
  readonly onwardSealed: Buffer | null;
}

/** All rows in one statement, with the first step of each journey. */
export async function insertDeliveries(tx: Tx, rows: readonly DeliveryRow[], now: Date): Promise<void> {
  const column = <T>(of: (row: DeliveryRow) => T): T[] => rows.map(of);
  await sql`
    INSERT INTO delivery.delivery (organization_id, delivery_id, message_id, purpose, letter_id, sender_id, recipient_kind,
      recipient_sealed, recipient_index, domain_index, return_path_sealed, size_bytes, lane, priority, position, promised, protection,
      offer_days, state, state_since, reason, created_at, give_up_at, next_attempt_at, attend_at, dsn_sealed, require_tls, onward_sealed, ready, destination)
    SELECT n.organization_id, n.delivery_id, n.message_id, CASE WHEN n.lane = 'journal' THEN 'journal' WHEN n.letter_id IS NOT NULL THEN 'letter' WHEN n.sender_id IS NULL THEN 'forward' ELSE 'message' END,
      n.letter_id, n.sender_id, n.kind, n.recipient_sealed, n.recipient_index, n.domain_index, n.return_path_sealed, n.size_bytes,
      n.lane, n.priority, n.position, n.promised, n.promised, n.offer_days, n.state, ${now}::timestamptz, n.reason, ${now}::timestamptz,
      n.give_up_at, n.next_attempt_at, n.attend_at, n.dsn_sealed, n.require_tls, n.onward_sealed, n.next_attempt_at IS NOT NULL,
      coalesce((SELECT r.destination FROM delivery.route r
        WHERE r.organization_id = n.organization_id AND r.domain_index = n.domain_index), '')
    FROM unnest(
      ${uuidArray(column((row) => row.organizationId))}::uuid[], ${uuidArray(column((row) => row.deliveryId))}::uuid[], ${uuidArray(column((row) => row.messageId))}::uuid[],
      ${uuidArray(column((row) => row.letterId))}::uuid[], ${uuidArray(column((row) => row.senderId))}::uuid[], ${textArray(column((row) => row.kind))}::text[],
      ${byteaArray(column((row) => row.recipientSealed))}::bytea[], ${byteaArray(column((row) => row.recipientIndex))}::bytea[],
      ${byteaArray(column((row) => row.domainIndex))}::bytea[], ${byteaArray(column((row) => row.returnPathSealed))}::bytea[], ${column((row) => row.sizeBytes)}::integer[],
      ${textArray(column((row) => row.lane))}::text[], ${column((row) => row.priority)}::smallint[], ${textArray(column((row) => row.promised))}::text[],
      ${column((row) => row.offerDays)}::integer[], ${textArray(column((row) => row.state))}::text[], ${textArray(column((row) => row.reason))}::text[],
      ${column((row) => row.giveUpAt)}::timestamptz[], ${column((row) => row.nextAttemptAt)}::timestamptz[],
      ${column((row) => row.attendAt)}::timestamptz[], ${byteaArray(column((row) => row.dsnSealed))}::bytea[], ${column((row) => row.requireTls)}::boolean[],
      ${byteaArray(column((row) => row.onwardSealed))}::bytea[])
    WITH ORDINALITY AS n(organization_id, delivery_id, message_id, letter_id, sender_id, kind, recipient_sealed, recipient_index,
      domain_index, return_path_sealed, size_bytes, lane, priority, promised, offer_days, state, reason, give_up_at, next_attempt_at, attend_at, dsn_sealed, require_tls, onward_sealed, position)`.execute(
    tx,
  );
  await insertTransitions(tx, rows, now);
}

export async function insertTransitions(
  tx: Tx,
  steps: readonly {
    organizationId: OrganizationId;
    deliveryId: DeliveryId;
    state: DeliveryState;
    reason: ReasonCode;
  }[],
  now: Date,
): Promise<void> {
  await sql`
    INSERT INTO delivery.transition (organization_id, delivery_id, transition_id, state, reason, occurred_at)
    SELECT n.organization_id, n.delivery_id, n.transition_id, n.state, n.reason, ${now}::timestamptz
    FROM unnest(${uuidArray(steps.map((step) => step.organizationId))}::uuid[], ${uuidArray(steps.map((step) => step.deliveryId))}::uuid[],
      ${uuidArray(steps.map(() => newId()))}::uuid[], ${textArray(steps.map((step) => step.state))}::text[], ${textArray(steps.map((step) => step.reason))}::text[])
      AS n(organization_id, delivery_id, transition_id, state, reason)`.execute(tx);
}

/**
 * Moves a delivery that no attempt holds, if its present state allows it, and notes the step. False when it
 * does not: the caller decides whether that is a fault or late news.
 */
export async function moveDelivery(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
  to: { state: Exclude<DeliveryState, 'attempting'>; reason: ReasonCode; nextAttemptAt?: Date },
  now: Date,
): Promise<MessageId | undefined> {
  const before = statesBefore(to.state).filter((state) => state !== 'attempting');
  const { rows } = await sql<{ message_id: MessageId }>`
    UPDATE delivery.delivery SET state = ${to.state}, state_since = ${now}, reason = ${to.reason}, next_attempt_at = ${to.nextAttemptAt ?? null},
      ready = false
    WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} AND state = ANY(${before})
    RETURNING message_id`.execute(tx);
  const messageId = rows[0]?.message_id;
  if (messageId === undefined) return undefined;
  await insertTransitions(tx, [{ organizationId, deliveryId, state: to.state, reason: to.reason }], now);
  return messageId;
}

/** Notes something about a delivery that waits in the portal, which moves it nowhere; false when it does not wait there. */
export async function noteStep(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
  reason: ReasonCode,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql<{ state: DeliveryState }>`
    UPDATE delivery.delivery SET reason = ${reason}
    WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} AND state IN ('offered', 'notified')
    RETURNING state`.execute(tx);
  const state = rows[0]?.state;
  if (state === undefined) return false;
  await insertTransitions(tx, [{ organizationId, deliveryId, state, reason }], now);
  return true;
}

/** Asks the attempt in progress to stop before its last byte; false when none is. */
export async function requestRevocation(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
  now: Date,
): Promise<boolean> {
  const asked = await sql`
    UPDATE delivery.delivery SET revoke_requested_at = ${now}
    WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} AND state = 'attempting'
      AND NOT EXISTS (SELECT 1 FROM delivery.attempt a WHERE a.organization_id = delivery.organization_id
        AND a.delivery_id = delivery.delivery_id AND a.number = delivery.attempts AND a.phase = 'transmitting')`.execute(
    tx,
  );
  return asked.numAffectedRows === 1n;
}

export interface StoredDelivery {
  organization_id: OrganizationId;
  delivery_id: DeliveryId;
  message_id: MessageId;
  sender_id: UserId | null;
  recipient_kind: RecipientKind;
  recipient_sealed: Buffer;
  promised: Protection;
  protection: Protection;
  state: DeliveryState;
  state_since: Date;
  reason: ReasonCode;
  created_at: Date;
  next_attempt_at: Date | null;
  dsn_sealed: Buffer | null;
  size_bytes: number;
  give_up_at: Date;
  return_path_sealed: Buffer;
  require_tls: boolean;
  onward_sealed: Buffer | null;
}

const shown = sql.raw(
  'organization_id, delivery_id, message_id, sender_id, recipient_kind, recipient_sealed, promised, protection, state, state_since, reason, created_at, next_attempt_at, dsn_sealed, size_bytes, give_up_at, return_path_sealed, require_tls, onward_sealed',
);

/** The recipients of a message, in the order in which they were given. */
export async function selectDeliveries(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<StoredDelivery[]> {
  const { rows } = await sql<StoredDelivery>`
    SELECT ${shown} FROM delivery.delivery
    WHERE organization_id = ${organizationId} AND message_id = ${messageId} ORDER BY position`.execute(tx);
  return rows;
}

export async function findDelivery(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
): Promise<StoredDelivery | undefined> {
  const { rows } = await sql<StoredDelivery>`
    SELECT ${shown} FROM delivery.delivery WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId}`.execute(
    tx,
  );
  return rows[0];
}

/** How many recipients of each message are in which state. */
export async function countStates(
  tx: Tx,
  organizationId: OrganizationId,
  messageIds: readonly MessageId[],
): Promise<{ messageId: MessageId; state: DeliveryState; count: number }[]> {
  const { rows } = await sql<{ message_id: MessageId; state: DeliveryState; count: number }>`
    SELECT message_id, state, count(*) AS count FROM delivery.delivery
    WHERE organization_id = ${organizationId} AND message_id = ANY(${messageIds}::uuid[]) GROUP BY message_id, state`.execute(
    tx,
  );
  return rows.map((row) => ({ messageId: row.message_id, state: row.state, count: row.count }));
}

export async function selectSteps(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryIds: readonly DeliveryId[],
): Promise<JourneyStep[]> {
  const { rows } = await sql<{
    delivery_id: DeliveryId;
    state: DeliveryState;
    reason: ReasonCode;
    occurred_at: Date;
  }>`
    SELECT delivery_id, state, reason, occurred_at FROM delivery.transition
    WHERE organization_id = ${organizationId} AND delivery_id = ANY(${deliveryIds}::uuid[]) ORDER BY occurred_at, transition_id`.execute(
    tx,
  );
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    at: row.occurred_at,
    state: row.state,
    reason: row.reason,
  }));
}

/** The letter that a delivery carries; undefined for what a person sent. */
export async function findLetterId(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
): Promise<LetterId | undefined> {
  const { rows } = await sql<{ letter_id: LetterId | null }>`
    SELECT letter_id FROM delivery.delivery WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId}`.execute(
    tx,
  );
  return rows[0]?.letter_id ?? undefined;
}
