import { sql } from 'kysely';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { DestinationRow } from './destination-store.ts';
import type { LaneName } from './lanes.ts';
import type { ReasonCode } from './reasons.ts';

export type PauseScopeName = 'organization' | 'destination' | 'domain';

export interface PauseRow {
  scope: PauseScopeName;
  key: Buffer;
  label_sealed: Buffer | null;
  reason_sealed: Buffer | null;
  paused_at: Date;
}

export interface NewPause {
  readonly organizationId: OrganizationId;
  readonly scope: PauseScopeName;
  readonly key: Buffer;
  readonly labelSealed: Buffer | null;
  readonly reasonSealed: Buffer | null;
  readonly pausedBy: UserId | null;
}

/** False when it rests already. */
export async function insertPause(tx: Tx, pause: NewPause, now: Date): Promise<boolean> {
  const { organizationId, scope, key, labelSealed, reasonSealed, pausedBy } = pause;
  const made = await sql`
    INSERT INTO delivery.pause (organization_id, scope, key, label_sealed, reason_sealed, paused_by, paused_at)
    VALUES (${organizationId}, ${scope}, ${key}, ${labelSealed}, ${reasonSealed}, ${pausedBy}, ${now}) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
  return made.numAffectedRows === 1n;
}

export async function deletePause(
  tx: Tx,
  { organizationId, scope, key }: Pick<NewPause, 'organizationId' | 'scope' | 'key'>,
): Promise<boolean> {
  const gone =
    await sql`DELETE FROM delivery.pause WHERE organization_id = ${organizationId} AND scope = ${scope} AND key = ${key}`.execute(
      tx,
    );
  return gone.numAffectedRows === 1n;
}

export async function selectPauses(tx: Tx, organizationId: OrganizationId): Promise<PauseRow[]> {
  const { rows } = await sql<PauseRow>`
    SELECT scope, key, label_sealed, reason_sealed, paused_at FROM delivery.pause
    WHERE organization_id = ${organizationId} ORDER BY paused_at LIMIT 500`.execute(tx);
  return rows;
}

export interface QueueCounts {
  waiting: number;
  held: number;
}

/** Counts stop at a limit: a page must not read a million rows. */
export async function countQueue(tx: Tx, organizationId: OrganizationId): Promise<QueueCounts> {
  const { rows } = await sql<QueueCounts>`
    SELECT (SELECT count(*)::integer FROM (SELECT FROM delivery.delivery WHERE organization_id = ${organizationId}
        AND state IN ('queued', 'attempting', 'deferred', 'uncertain') LIMIT 10000) w) AS waiting,
      (SELECT count(*)::integer FROM (SELECT FROM delivery.delivery WHERE organization_id = ${organizationId} AND state = 'held'
        LIMIT 1000) h) AS held`.execute(tx);
  return rows[0] ?? { waiting: 0, held: 0 };
}

export interface WaitingDestinationRow extends Partial<DestinationRow> {
  destination: string;
  waiting: number;
  server_sealed: Buffer | null;
}

/** Destinations that an organisation has mail waiting for, after `after`, each found by one step of the index. */
export async function selectWaitingDestinations(
  tx: Tx,
  organizationId: OrganizationId,
  { after, limit }: { after: string; limit: number },
): Promise<WaitingDestinationRow[]> {
  const { rows } = await sql<WaitingDestinationRow>`
    WITH RECURSIVE walk AS (
      SELECT ${after}::text COLLATE "C" AS destination, 0 AS step
      UNION ALL
      SELECT n.destination, w.step + 1 FROM walk w CROSS JOIN LATERAL (
        SELECT d.destination FROM delivery.delivery d
        WHERE d.organization_id = ${organizationId} AND d.state IN ('queued', 'attempting', 'deferred', 'uncertain')
          AND d.destination > w.destination ORDER BY d.destination LIMIT 1) n
      WHERE w.step < ${limit}
    )
    SELECT w.destination, c.waiting, r.server_sealed, k.concurrency, k.threshold, k.failures, k.rests_until, k.because,
      k.reply_code, k.heard_at
    FROM walk w
    CROSS JOIN LATERAL (SELECT count(*)::integer AS waiting FROM (SELECT FROM delivery.delivery d
      WHERE d.organization_id = ${organizationId} AND d.destination = w.destination
        AND d.state IN ('queued', 'attempting', 'deferred', 'uncertain') LIMIT 1000) counted) c
    LEFT JOIN LATERAL (SELECT server_sealed FROM delivery.route
      WHERE organization_id = ${organizationId} AND destination = w.destination LIMIT 1) r ON true
    LEFT JOIN delivery.destination k ON k.destination = w.destination
    WHERE w.step > 0 ORDER BY w.step`.execute(tx);
  return rows;
}

export interface QueuedRow {
  delivery_id: DeliveryId;
  message_id: MessageId;
  recipient_sealed: Buffer;
  domain_index: Buffer;
  destination: string;
  state: 'queued' | 'deferred' | 'uncertain' | 'held';
  lane: LaneName;
  reason: ReasonCode;
  attempts: number;
  created_at: Date;
  state_since: Date;
  next_attempt_at: Date | null;
  reply_code: number | null;
  ended_at: Date | null;
  detail_sealed: Buffer | null;
}

export interface QueuedPage {
  readonly after: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
}

const shown =
  sql.raw(`d.delivery_id, d.message_id, d.recipient_sealed, d.domain_index, d.destination, d.state, d.lane, d.reason,
  d.attempts, d.created_at, d.state_since, d.next_attempt_at, a.reply_code, a.ended_at, a.detail_sealed`);
const withLastAttempt = sql.raw(`delivery.delivery d LEFT JOIN delivery.attempt a
  ON a.organization_id = d.organization_id AND a.delivery_id = d.delivery_id AND a.number = d.attempts`);

/** What waits for one destination; what comes next first. */
export async function selectQueued(
  tx: Tx,
  organizationId: OrganizationId,
  destination: string,
  { after, limit }: QueuedPage,
): Promise<QueuedRow[]> {
  const { rows } = await sql<QueuedRow>`
    SELECT ${shown} FROM ${withLastAttempt}
    WHERE d.organization_id = ${organizationId} AND d.destination = ${destination} AND d.state IN ('queued', 'deferred', 'uncertain')
      AND d.next_attempt_at IS NOT NULL
      AND (d.next_attempt_at, d.delivery_id) > (${after?.at ?? new Date(0)}, ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
    ORDER BY d.next_attempt_at, d.delivery_id LIMIT ${limit}`.execute(tx);
  return rows;
}

/** How many of a destination come before; counted up to 1,000. */
export async function countAhead(
  tx: Tx,
  organizationId: OrganizationId,
  destination: string,
  { at, id }: { at: Date; id: string },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM (SELECT FROM delivery.delivery
      WHERE organization_id = ${organizationId} AND destination = ${destination} AND state IN ('queued', 'deferred', 'uncertain')
        AND (next_attempt_at, delivery_id) < (${at}, ${id}::uuid) LIMIT 1000) ahead`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** What is held for a person, oldest first. */
export async function selectHeld(
  tx: Tx,
  organizationId: OrganizationId,
  { after, limit }: QueuedPage,
): Promise<QueuedRow[]> {
  const { rows } = await sql<QueuedRow>`
    SELECT ${shown} FROM ${withLastAttempt}
    WHERE d.organization_id = ${organizationId} AND d.state = 'held'
      AND (d.state_since, d.delivery_id) > (${after?.at ?? new Date(0)}, ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
    ORDER BY d.state_since, d.delivery_id LIMIT ${limit}`.execute(tx);
  return rows;
}

/** Lets one go out of turn: what waits, and what is held because its attempts were interrupted. */
export async function urgeDelivery(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryId: DeliveryId,
  now: Date,
): Promise<{ messageId: MessageId; wasHeld: boolean } | undefined> {
  const { rows } = await sql<{ message_id: MessageId; was_held: boolean }>`
    UPDATE delivery.delivery d SET urged = true, ready = false, next_attempt_at = ${now}, interruptions = 0,
      state = CASE WHEN d.state = 'held' THEN 'queued' ELSE d.state END,
      state_since = CASE WHEN d.state = 'held' THEN ${now} ELSE d.state_since END
    FROM (SELECT delivery_id, state = 'held' AS was_held FROM delivery.delivery
      WHERE organization_id = ${organizationId} AND delivery_id = ${deliveryId} FOR UPDATE) before
    WHERE d.organization_id = ${organizationId} AND d.delivery_id = before.delivery_id
      AND (d.state IN ('queued', 'deferred', 'uncertain') OR (d.state = 'held' AND d.reason IN ('held-after-interruptions', 'archive-refused')))
    RETURNING d.message_id, before.was_held`.execute(tx);
  return rows[0] === undefined ? undefined : { messageId: rows[0].message_id, wasHeld: rows[0].was_held };
}
