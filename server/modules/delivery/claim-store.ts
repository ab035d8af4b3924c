import { sql, type RawBuilder } from 'kysely';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Protection } from '#contract/protection.ts';
import type { LetterId } from '#modules/pickup/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { BeforeClaim, Purpose } from './delivery.ts';
import type { LaneName } from './lanes.ts';
import type { Grant } from './share-out.ts';

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
  destination: string;
  return_path_sealed: Buffer;
  size_bytes: number;
  purpose: Purpose['purpose'];
  lane: LaneName;
  priority: number;
  protection: Protection;
  offer_days: number;
  attempts: number;
  give_up_at: Date;
  dsn_sealed: Buffer | null;
  urged: boolean;
  interruptions: number;
  state_before: BeforeClaim['state'];
  since_before: Date;
  due_before: Date;
  require_tls: boolean;
  onward_sealed: Buffer | null;
}

export interface Claim {
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly now: Date;
}

/**
 * Takes what was granted of each stream for this process, oldest first, and writes down the intent of an attempt for
 * each, before anything is dialled. One statement; rows that another server looks at are left out.
 */
export const claimGranted = (tx: Tx, claim: Claim, grants: readonly Grant[]): Promise<ClaimedRow[]> => {
  const column = <T>(of: (grant: Grant) => T): T[] => grants.map(of);
  return claimRows(
    tx,
    claim,
    sql`
      SELECT due.* FROM unnest(${column(({ stream }) => stream.priority)}::smallint[], ${column(({ stream }) => stream.organizationId)}::uuid[],
        ${column(({ stream }) => stream.destination)}::text[], ${column(({ stream }) => stream.domainIndex)}::bytea[],
        ${column(({ most }) => most)}::integer[]) AS s(priority, organization_id, destination, domain_index, most)
      CROSS JOIN LATERAL (
        SELECT ${claimed} FROM delivery.delivery d
        WHERE d.ready AND d.state IN ('queued', 'deferred', 'uncertain') AND d.priority = s.priority
          AND d.organization_id = s.organization_id AND d.destination = s.destination COLLATE "C" AND d.domain_index = s.domain_index
        ORDER BY d.next_attempt_at, d.message_id LIMIT s.most FOR UPDATE OF d SKIP LOCKED
      ) due`,
  );
};

/**
 * Takes what goes by itself: what a person asked for, also where mail rests or the destination does; and one of those whose
 * attempts ended with their process, so that it takes no others along.
 */
export const claimSingledOut = (
  tx: Tx,
  claim: Claim,
  { limit, urgedOnly }: { limit: number; urgedOnly: boolean },
): Promise<ClaimedRow[]> =>
  claimRows(
    tx,
    claim,
    sql`
      SELECT ${claimed} FROM delivery.delivery d
      WHERE (d.urged OR d.interruptions >= 2) AND d.state IN ('queued', 'deferred', 'uncertain') AND d.next_attempt_at <= ${claim.now}
        AND (d.urged OR (NOT ${urgedOnly} AND NOT EXISTS (SELECT FROM delivery.pause p
          WHERE p.organization_id = d.organization_id AND p.scope = 'organization' AND p.key = '')))
      ORDER BY d.next_attempt_at LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED`,
  );

const claimed = sql.raw(
  'd.organization_id, d.delivery_id, d.state AS state_before, d.state_since AS since_before, d.next_attempt_at AS due_before',
);

async function claimRows(
  tx: Tx,
  { owner, leaseSeconds, now }: Claim,
  due: RawBuilder<unknown>,
): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    WITH due AS (${due}), claimed AS (
      UPDATE delivery.delivery d
      SET state = 'attempting', state_since = ${now}, attempts = d.attempts + 1, next_attempt_at = NULL, ready = false,
        revoke_requested_at = NULL, lease_owner = ${owner}, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
      FROM due WHERE d.organization_id = due.organization_id AND d.delivery_id = due.delivery_id
      RETURNING d.*, due.state_before, due.since_before, due.due_before
    ), intents AS (
      INSERT INTO delivery.attempt (organization_id, delivery_id, number, started_at, phase)
      SELECT organization_id, delivery_id, attempts, ${now}, 'claimed' FROM claimed
    )
    SELECT organization_id, delivery_id, message_id, letter_id, sender_id, recipient_sealed, domain_index, destination, return_path_sealed,
      size_bytes, purpose, lane, priority, protection, offer_days, attempts, give_up_at, urged, interruptions, state_before, since_before, due_before, dsn_sealed, require_tls, onward_sealed
    FROM claimed ORDER BY priority, created_at`.execute(tx);
  return rows;
}

export interface UnusedClaim extends AttemptKey {
  readonly before: BeforeClaim;
  /** Where its mail goes, as far as it is known by now. */
  readonly destination: string;
}

/** What was claimed and not begun goes back as it was: nobody was dialled, so it does not count as an attempt. */
export async function putBack(tx: Tx, owner: string, claims: readonly UnusedClaim[]): Promise<void> {
  const column = <T>(of: (claim: UnusedClaim) => T): T[] => claims.map(of);
  await sql`
    WITH back AS (
      UPDATE delivery.delivery d
      SET state = k.state, state_since = k.since, next_attempt_at = k.due, attempts = d.attempts - 1, ready = false,
        destination = k.destination, lease_owner = NULL, lease_until = NULL
      FROM unnest(${column((each) => each.organizationId)}::uuid[], ${column((each) => each.deliveryId)}::uuid[],
        ${column((each) => each.attempt)}::integer[], ${column((each) => each.destination)}::text[], ${column(({ before }) => before.state)}::text[],
        ${column(({ before }) => before.since)}::timestamptz[], ${column(({ before }) => before.due)}::timestamptz[])
        AS k(organization_id, delivery_id, number, destination, state, since, due)
      WHERE d.organization_id = k.organization_id AND d.delivery_id = k.delivery_id AND d.attempts = k.number
        AND d.state = 'attempting' AND d.lease_owner = ${owner} AND d.revoke_requested_at IS NULL
      RETURNING d.organization_id, d.delivery_id, k.number
    )
    DELETE FROM delivery.attempt a USING back
    WHERE a.organization_id = back.organization_id AND a.delivery_id = back.delivery_id AND a.number = back.number`.execute(
    tx,
  );
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
  interruptions: number;
  lane: LaneName;
  give_up_at: Date;
  protection: Protection;
  message_id: MessageId;
  purpose: Purpose['purpose'];
  phase: 'claimed' | 'transmitting' | 'ended';
  revoked: boolean;
}

/** Attempts whose process has gone: the lease ran out. Held until the transaction ends. */
export async function selectAbandoned(tx: Tx, limit: number): Promise<AbandonedRow[]> {
  const { rows } = await sql<AbandonedRow>`
    SELECT d.organization_id, d.delivery_id, d.attempts, d.interruptions, d.lane, d.give_up_at, d.protection, d.message_id, d.purpose, a.phase,
      d.revoke_requested_at IS NOT NULL AS revoked
    FROM delivery.delivery d
    JOIN delivery.attempt a ON a.organization_id = d.organization_id AND a.delivery_id = d.delivery_id AND a.number = d.attempts
    WHERE d.state = 'attempting' AND d.lease_until <= clock_timestamp()
    ORDER BY d.lease_until LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED`.execute(tx);
  return rows;
}
