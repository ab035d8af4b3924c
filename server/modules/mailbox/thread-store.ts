import { sql, type RawBuilder } from 'kysely';
import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef } from './account.ts';
import type { Journal } from './journal.ts';

/** The emails of threads, oldest first (RFC 8621 §3). Threads without any are left out. */
export async function selectThreads(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  threadIds: readonly ThreadId[],
): Promise<Map<ThreadId, MessageId[]>> {
  const { rows } = await sql<{ thread_id: ThreadId; message_ids: MessageId[] }>`
    SELECT thread_id, array_agg(message_id ORDER BY received_at, message_id) AS message_ids FROM mailbox.email
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND thread_id = ANY(${threadIds}::uuid[])
      AND destroyed_modseq IS NULL
    GROUP BY thread_id`.execute(tx);
  return new Map(rows.map((row) => [row.thread_id, row.message_ids]));
}

/** Notes threads that got emails. */
export function noteGrownThreads(tx: Tx, journal: Journal, threadIds: readonly ThreadId[]): Promise<void> {
  return noteThreads(tx, journal, threadIds, sql`true`);
}

/** Notes threads that lost emails, after they did: perhaps there are none left. */
export function noteLessenedThreads(tx: Tx, journal: Journal, threadIds: readonly ThreadId[]): Promise<void> {
  const remains = sql`EXISTS (SELECT FROM mailbox.email
    WHERE email.thread_id = given.thread_id AND email.user_id = ${journal.account.userId}
      AND email.destroyed_modseq IS NULL)`;
  return noteThreads(tx, journal, threadIds, remains);
}

async function noteThreads(
  tx: Tx,
  journal: Journal,
  threadIds: readonly ThreadId[],
  isThere: RawBuilder<unknown>,
): Promise<void> {
  if (threadIds.length === 0) return;
  const { organizationId, userId } = journal.account;
  await sql`
    INSERT INTO mailbox.thread AS thread (organization_id, user_id, thread_id, created_modseq, updated_modseq, destroyed_modseq)
    SELECT ${organizationId}, ${userId}, given.thread_id, modseq, modseq, CASE WHEN ${isThere} THEN NULL ELSE modseq END
    FROM unnest(${threadIds}::uuid[], ${journal.take('thread', threadIds.length)}::bigint[]) AS given (thread_id, modseq)
    ON CONFLICT (organization_id, user_id, thread_id) DO UPDATE SET
      created_modseq = CASE WHEN thread.destroyed_modseq IS NULL THEN thread.created_modseq ELSE excluded.created_modseq END,
      updated_modseq = excluded.updated_modseq, destroyed_modseq = excluded.destroyed_modseq`.execute(tx);
}
