import { sql } from 'kysely';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Channel } from './command.ts';

export interface NewSubmission {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly senderId: UserId;
  readonly channel: Channel;
  readonly category: MessageCategory;
  readonly recipientCount: number;
  readonly envelopeSealed: Buffer;
}

/** All in one statement. */
export async function insertSubmissions(
  tx: Tx,
  submissions: readonly NewSubmission[],
  now: Date,
): Promise<void> {
  const column = <T>(of: (submission: NewSubmission) => T): T[] => submissions.map(of);
  await sql`
    INSERT INTO sending.submission (organization_id, message_id, sender_id, channel, category, recipient_count, envelope_sealed, state, accepted_at, next_try_at)
    SELECT n.*, 'accepted', ${now}::timestamptz, ${now}::timestamptz FROM unnest(
      ${column((each) => each.organizationId)}::uuid[], ${column((each) => each.messageId)}::uuid[], ${column((each) => each.senderId)}::uuid[],
      ${column((each) => each.channel)}::text[], ${column((each) => each.category)}::text[], ${column((each) => each.recipientCount)}::integer[],
      ${column((each) => each.envelopeSealed)}::bytea[]) AS n`.execute(tx);
}

/** Those of `messageIds` that were accepted before, with the time. */
export async function selectAccepted(
  tx: Tx,
  organizationId: OrganizationId,
  messageIds: readonly MessageId[],
): Promise<Map<MessageId, Date>> {
  const { rows } = await sql<{ message_id: MessageId; accepted_at: Date }>`
    SELECT message_id, accepted_at FROM sending.submission
    WHERE organization_id = ${organizationId} AND message_id = ANY(${messageIds}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.message_id, row.accepted_at]));
}

export interface ClaimedSubmission {
  organization_id: OrganizationId;
  message_id: MessageId;
  sender_id: UserId;
  category: MessageCategory;
  envelope_sealed: Buffer;
  accepted_at: Date;
  tries: number;
}

/**
 * Takes accepted submissions of all organisations for `leaseSeconds`, oldest first; also those that are due after
 * `latest`, which is later than any is put off: the clock has gone back since.
 */
export async function claimSubmissions(
  tx: Tx,
  { limit, leaseSeconds, now, latest }: { limit: number; leaseSeconds: number; now: Date; latest: Date },
): Promise<ClaimedSubmission[]> {
  const { rows } = await sql<ClaimedSubmission>`
    WITH due AS (
      SELECT organization_id, message_id FROM sending.submission
      WHERE state = 'accepted' AND next_try_at <= ${now} AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), ahead AS (
      SELECT organization_id, message_id FROM sending.submission
      WHERE state = 'accepted' AND next_try_at > ${latest} AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE sending.submission s
    SET lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}), tries = tries + 1
    FROM (SELECT * FROM due UNION ALL SELECT * FROM ahead) due
    WHERE s.organization_id = due.organization_id AND s.message_id = due.message_id
    RETURNING s.organization_id, s.message_id, s.sender_id, s.category, s.envelope_sealed, s.accepted_at, s.tries`.execute(
    tx,
  );
  return rows;
}

/** The guard of dispatching: a submission is marked by exactly one transaction that commits. Returns those marked by this one. */
export async function markDispatched(
  tx: Tx,
  organizationId: OrganizationId,
  messageIds: readonly MessageId[],
  now: Date,
): Promise<Set<MessageId>> {
  const { rows } = await sql<{ message_id: MessageId }>`
    UPDATE sending.submission SET state = 'dispatched', dispatched_at = ${now}, lease_until = NULL
    WHERE organization_id = ${organizationId} AND message_id = ANY(${messageIds}::uuid[]) AND state = 'accepted'
    RETURNING message_id`.execute(tx);
  return new Set(rows.map((row) => row.message_id));
}

export async function postponeSubmission(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
  nextTryAt: Date,
): Promise<void> {
  await sql`
    UPDATE sending.submission SET lease_until = NULL, next_try_at = ${nextTryAt}
    WHERE organization_id = ${organizationId} AND message_id = ${messageId} AND state = 'accepted'`.execute(
    tx,
  );
}

export interface SentRow {
  message_id: MessageId;
  channel: Channel;
  category: MessageCategory;
  state: 'accepted' | 'dispatched';
  accepted_at: Date;
  recipient_count: number;
  envelope_sealed: Buffer;
}

const shown = sql.raw('message_id, channel, category, state, accepted_at, recipient_count, envelope_sealed');

export async function findSubmission(
  tx: Tx,
  organizationId: OrganizationId,
  senderId: UserId,
  messageId: MessageId,
): Promise<SentRow | undefined> {
  const { rows } = await sql<SentRow>`
    SELECT ${shown} FROM sending.submission
    WHERE organization_id = ${organizationId} AND message_id = ${messageId} AND sender_id = ${senderId}`.execute(
    tx,
  );
  return rows[0];
}

/** Newest first, after `before` if given. */
export async function selectSent(
  tx: Tx,
  organizationId: OrganizationId,
  senderId: UserId,
  { before, limit }: { before?: { acceptedAt: Date; messageId: MessageId } | undefined; limit: number },
): Promise<SentRow[]> {
  const { rows } = await sql<SentRow>`
    SELECT ${shown} FROM sending.submission
    WHERE organization_id = ${organizationId} AND sender_id = ${senderId}
      AND (${before === undefined} OR (accepted_at, message_id) < (${before?.acceptedAt ?? null}::timestamptz, ${before?.messageId ?? null}::uuid))
    ORDER BY accepted_at DESC, message_id DESC LIMIT ${limit}`.execute(tx);
  return rows;
}
