import { sql } from 'kysely';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Protection } from '#contract/protection.ts';
import type { LetterId } from '#modules/pickup/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { LaneName } from './lanes.ts';

/** Names one attempt; with the owner it is the proof that the lease is still held. */
export interface AttemptKey {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly attempt: number;
}

export interface ClaimedRow {
  organization_id: OrganizationId;
  delivery_id: DeliveryId;
  message_id: MessageId;
  letter_id: LetterId | null;
  sender_id: UserId | null;
  recipient_sealed: Buffer;
  domain_index: Buffer;
  return_path_sealed: Buffer;
  size_bytes: number;
  lane: LaneName;
  protection: Protection;
  offer_days: number;
  attempts: number;
  give_up_at: Date;
  dsn_sealed: Buffer | null;
}

export interface Claim {
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly limit: number;
  /** Domains that have as many conversations as they may: left for later. */
  readonly busyDomains: readonly Buffer[];
  readonly now: Date;
}

/**
 * Takes due deliveries of all organisations for this process, and writes down the intent of an attempt
 * for each, before anything is dialled. One statement; rows that another server looks at are left out.
 */
export async function claimDue(
  tx: Tx,
  { owner, leaseSeconds, limit, busyDomains, now }: Claim,
): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    WITH due AS (
      SELECT d.organization_id, d.delivery_id FROM delivery.delivery d
      WHERE d.state IN ('queued', 'deferred', 'uncertain') AND d.next_attempt_at <= ${now}
        AND d.domain_index <> ALL(${busyDomains}::bytea[])
        -- codes go out also while an organisation's mail rests: the portal stays open
        AND (d.lane = 'code' OR NOT EXISTS (SELECT 1 FROM delivery.pause p WHERE p.organization_id = d.organization_id))
      ORDER BY d.priority, d.next_attempt_at
      LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
      UPDATE delivery.delivery d
      SET state = 'attempting', state_since = ${now}, attempts = d.attempts + 1, next_attempt_at = NULL, revoke_requested_at = NULL,
        lease_owner = ${owner}, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
      FROM due WHERE d.organization_id = due.organization_id AND d.delivery_id = due.delivery_id
      RETURNING d.*
    ), intents AS (
      INSERT INTO delivery.attempt (organization_id, delivery_id, number, started_at, phase)
      SELECT organization_id, delivery_id, attempts, ${now}, 'claimed' FROM claimed
    )
    SELECT organization_id, delivery_id, message_id, letter_id, sender_id, recipient_sealed, domain_index, return_path_sealed, size_bytes,
      lane, protection, offer_days, attempts, give_up_at, dsn_sealed
    FROM claimed ORDER BY priority, created_at`.execute(tx);
  return rows;
}

/**
 * Notes durably that the last byte is about to go out. Only the attempts that are still ours and have
 * not been revoked are noted and returned; the others must not be sent.
 */
export async function markTransmitting(
  tx: Tx,
  owner: string,
  attempts: readonly AttemptKey[],
): Promise<Set<DeliveryId>> {
  const { rows } = await sql<{ delivery_id: DeliveryId }>`
    WITH live AS (
      SELECT d.organization_id, d.delivery_id, d.attempts FROM delivery.delivery d
      JOIN unnest(${attempts.map((key) => key.organizationId)}::uuid[], ${attempts.map((key) => key.deliveryId)}::uuid[],
        ${attempts.map((key) => key.attempt)}::integer[]) AS k(organization_id, delivery_id, number)
        ON d.organization_id = k.organization_id AND d.delivery_id = k.delivery_id AND d.attempts = k.number
      WHERE d.state = 'attempting' AND d.lease_owner = ${owner} AND d.lease_until > clock_timestamp() AND d.revoke_requested_at IS NULL
      ORDER BY d.organization_id, d.delivery_id
      FOR UPDATE OF d
    )
    UPDATE delivery.attempt a SET phase = 'transmitting' FROM live
    WHERE a.organization_id = live.organization_id AND a.delivery_id = live.delivery_id AND a.number = live.attempts
    RETURNING a.delivery_id`.execute(tx);
  return new Set(rows.map((row) => row.delivery_id));
}

/** Which of these attempts have been revoked meanwhile. */
export async function selectRevoked(tx: Tx, attempts: readonly AttemptKey[]): Promise<Set<DeliveryId>> {
  const { rows } = await sql<{ delivery_id: DeliveryId }>`
    SELECT d.delivery_id FROM delivery.delivery d
    JOIN unnest(${attempts.map((key) => key.organizationId)}::uuid[], ${attempts.map((key) => key.deliveryId)}::uuid[])
      AS k(organization_id, delivery_id) ON d.organization_id = k.organization_id AND d.delivery_id = k.delivery_id
    WHERE d.revoke_requested_at IS NOT NULL`.execute(tx);
  return new Set(rows.map((row) => row.delivery_id));
}

/**
 * Keeps the attempts that this process is still at, and no others: what it lost sight of, because it could not
 * be read or its result not be written, is taken up again when its lease has run out.
 */
export async function renewLeases(
  tx: Tx,
  owner: string,
  attempts: readonly AttemptKey[],
  leaseSeconds: number,
): Promise<number> {
  const renewed = await sql`
    UPDATE delivery.delivery d SET lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    FROM unnest(${attempts.map((key) => key.organizationId)}::uuid[], ${attempts.map((key) => key.deliveryId)}::uuid[],
      ${attempts.map((key) => key.attempt)}::integer[]) AS k(organization_id, delivery_id, number)
    WHERE d.organization_id = k.organization_id AND d.delivery_id = k.delivery_id AND d.attempts = k.number
      AND d.state = 'attempting' AND d.lease_owner = ${owner} AND d.lease_until > clock_timestamp()`.execute(
    tx,
  );
  return Number(renewed.numAffectedRows ?? 0n);
}

export interface AbandonedRow {
  organization_id: OrganizationId;
  delivery_id: DeliveryId;
  attempts: number;
  lane: LaneName;
  give_up_at: Date;
  protection: Protection;
  message_id: MessageId;
  letter_id: LetterId | null;
  phase: 'claimed' | 'transmitting' | 'ended';
  revoked: boolean;
}

/** Attempts whose process has gone: the lease ran out. Held until the transaction ends. */
export async function selectAbandoned(tx: Tx, limit: number): Promise<AbandonedRow[]> {
  const { rows } = await sql<AbandonedRow>`
    SELECT d.organization_id, d.delivery_id, d.attempts, d.lane, d.give_up_at, d.protection, d.message_id, d.letter_id, a.phase,
      d.revoke_requested_at IS NOT NULL AS revoked
    FROM delivery.delivery d
    JOIN delivery.attempt a ON a.organization_id = d.organization_id AND a.delivery_id = d.delivery_id AND a.number = d.attempts
    WHERE d.state = 'attempting' AND d.lease_until <= clock_timestamp()
    ORDER BY d.lease_until LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED`.execute(tx);
  return rows;
}
