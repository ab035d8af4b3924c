import { sql } from 'kysely';
import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef } from './account.ts';
import type { Journal } from './journal.ts';

/** A draft on its way to `sending`. */
export interface Handover {
  readonly draftId: MessageId;
  /** Of what is sent. */
  readonly messageId: MessageId;
  readonly identityId: string;
  readonly envelopeSealed: Buffer;
}

/** Of two tries to send a draft the first one's id counts. */
export async function beginHandover(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  { draftId, messageId, identityId, envelopeSealed }: Handover,
): Promise<MessageId> {
  const { rows } = await sql<{ message_id: MessageId }>`
    INSERT INTO mailbox.handover (organization_id, user_id, draft_id, message_id, identity_id, envelope_sealed)
    VALUES (${organizationId}, ${userId}, ${draftId}, ${messageId}, ${identityId}, ${envelopeSealed})
    ON CONFLICT (organization_id, user_id, draft_id) DO UPDATE SET
      identity_id = excluded.identity_id, envelope_sealed = excluded.envelope_sealed
    RETURNING message_id`.execute(tx);
  return rows[0]?.message_id ?? messageId;
}

/** Takes the hand-over of what was sent away; undefined when it was finished before, or never began. */
export async function endHandover(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  messageId: MessageId,
): Promise<Handover | undefined> {
  const { rows } = await sql<Handover>`
    DELETE FROM mailbox.handover
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND message_id = ${messageId}
    RETURNING draft_id AS "draftId", message_id AS "messageId", identity_id AS "identityId",
      envelope_sealed AS "envelopeSealed"`.execute(tx);
  return rows[0];
}

export interface Submission {
  readonly messageId: MessageId;
  readonly identityId: string;
  readonly envelopeSealed: Buffer;
  readonly threadId: ThreadId;
  readonly sentAt: Date;
}

export async function insertSubmission(tx: Tx, journal: Journal, submission: Submission): Promise<void> {
  const { organizationId, userId } = journal.account;
  const modseq = journal.next('submission');
  await sql`
    INSERT INTO mailbox.submission (organization_id, user_id, message_id, identity_id, envelope_sealed, thread_id, sent_at,
      created_modseq, updated_modseq)
    VALUES (${organizationId}, ${userId}, ${submission.messageId}, ${submission.identityId}, ${submission.envelopeSealed},
      ${submission.threadId}, ${submission.sentAt}, ${modseq}, ${modseq})`.execute(tx);
}

/** Whether something was sent from a draft and filed. */
export async function isFiled(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  messageId: MessageId,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM mailbox.submission
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND message_id = ${messageId}`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Newest first, at most `limit`; `messageIds` null for all. */
export async function selectSubmissions(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  messageIds: readonly MessageId[] | null,
  limit: number,
): Promise<Submission[]> {
  const chosen = messageIds === null ? sql`` : sql`AND message_id = ANY(${messageIds}::uuid[])`;
  const { rows } = await sql<Submission>`
    SELECT message_id AS "messageId", identity_id AS "identityId", envelope_sealed AS "envelopeSealed",
      thread_id AS "threadId", sent_at AS "sentAt"
    FROM mailbox.submission
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND destroyed_modseq IS NULL ${chosen}
    ORDER BY sent_at DESC, message_id LIMIT ${limit}`.execute(tx);
  return rows;
}

/** False when there is no such submission. What was sent stays sent. */
export async function destroySubmission(tx: Tx, journal: Journal, messageId: MessageId): Promise<boolean> {
  const { organizationId, userId } = journal.account;
  const destroyed = await sql`
    UPDATE mailbox.submission SET destroyed_modseq = ${journal.modseq + 1}
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND message_id = ${messageId}
      AND destroyed_modseq IS NULL`.execute(tx);
  if (destroyed.numAffectedRows !== 1n) return false;
  journal.next('submission');
  return true;
}
