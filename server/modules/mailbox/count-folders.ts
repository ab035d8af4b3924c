import { sql } from 'kysely';
import type { ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef, FolderId } from './account.ts';
import type { Journal } from './journal.ts';

export interface FolderCounts {
  readonly totalEmails: number;
  readonly unreadEmails: number;
  readonly totalThreads: number;
  readonly unreadThreads: number;
}

/**
 * What some threads add to the numbers of each folder. RFC 8621 §2: a thread is unread in a folder when
 * any of its emails is, wherever that lies; but what lies in the trash counts there alone.
 * OFFSET 0 keeps each look-up one by index, and leaving the organisation of emails to row level security makes it
 * the right one: of a mailbox that has just begun to fill the planner knows nothing, and any index that begins with
 * organisation and user would do for it, though that is the whole mailbox.
 */
export async function countThreads(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  threadIds: readonly ThreadId[],
): Promise<Map<FolderId, FolderCounts>> {
  const { rows } = await sql<{ folder_id: FolderId } & Record<keyof FolderCounts, number>>`
    WITH placed AS (
      SELECT email.thread_id, email.is_unread, place.folder_id, folder.role IS NOT DISTINCT FROM 'trash' AS in_trash
      FROM unnest(${threadIds}::uuid[]) AS wanted (thread_id)
      CROSS JOIN LATERAL (
        SELECT thread_id, message_id, is_unread FROM mailbox.email
        WHERE email.thread_id = wanted.thread_id AND user_id = ${userId} OFFSET 0) email
      CROSS JOIN LATERAL (
        SELECT folder_id FROM mailbox.email_folder
        WHERE organization_id = ${organizationId} AND user_id = ${userId} AND message_id = email.message_id
        OFFSET 0) place
      JOIN mailbox.folder ON folder.organization_id = ${organizationId} AND folder.user_id = ${userId}
        AND folder.folder_id = place.folder_id
    ), thread AS (
      SELECT thread_id, bool_or(is_unread AND in_trash) AS unread_in_trash,
        bool_or(is_unread AND NOT in_trash) AS unread_elsewhere
      FROM placed GROUP BY thread_id
    )
    SELECT folder_id, count(*)::integer AS "totalEmails",
      count(*) FILTER (WHERE is_unread)::integer AS "unreadEmails",
      count(DISTINCT thread_id)::integer AS "totalThreads",
      count(DISTINCT thread_id) FILTER (WHERE CASE WHEN in_trash THEN unread_in_trash ELSE unread_elsewhere END)::integer
        AS "unreadThreads"
    FROM placed JOIN thread USING (thread_id) GROUP BY folder_id`.execute(tx);
  return new Map(rows.map(({ folder_id, ...counts }) => [folder_id, counts]));
}

/** Adds the difference to the numbers that folders carry, so that reading them is reading a row. */
export async function applyCounts(
  tx: Tx,
  journal: Journal,
  before: ReadonlyMap<FolderId, FolderCounts>,
  after: ReadonlyMap<FolderId, FolderCounts>,
): Promise<void> {
  const differences = [...new Set([...before.keys(), ...after.keys()])].flatMap((folderId) => {
    const difference = subtract(after.get(folderId) ?? none, before.get(folderId) ?? none);
    return Object.values(difference).every((number) => number === 0) ? [] : [{ folderId, ...difference }];
  });
  if (differences.length === 0) return;
  const { organizationId, userId } = journal.account;
  await sql`
    UPDATE mailbox.folder SET total_emails = folder.total_emails + added.total_emails,
      unread_emails = folder.unread_emails + added.unread_emails,
      total_threads = folder.total_threads + added.total_threads,
      unread_threads = folder.unread_threads + added.unread_threads, counted_modseq = added.modseq
    FROM unnest(${differences.map((each) => each.folderId)}::uuid[], ${differences.map((each) => each.totalEmails)}::integer[],
      ${differences.map((each) => each.unreadEmails)}::integer[], ${differences.map((each) => each.totalThreads)}::integer[],
      ${differences.map((each) => each.unreadThreads)}::integer[], ${journal.take('mailbox', differences.length)}::bigint[])
      AS added (folder_id, total_emails, unread_emails, total_threads, unread_threads, modseq)
    WHERE folder.organization_id = ${organizationId} AND folder.user_id = ${userId}
      AND folder.folder_id = added.folder_id`.execute(tx);
}

const none: FolderCounts = { totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0 };

function subtract(a: FolderCounts, b: FolderCounts): FolderCounts {
  return {
    totalEmails: a.totalEmails - b.totalEmails,
    unreadEmails: a.unreadEmails - b.unreadEmails,
    totalThreads: a.totalThreads - b.totalThreads,
    unreadThreads: a.unreadThreads - b.unreadThreads,
  };
}
