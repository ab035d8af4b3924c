import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { applyCounts, countThreads } from './count-folders.ts';
import type { Email } from './email.ts';
import { clearFolders, destroyEmails, fillFolders, insertEmails, updateEmails } from './email-store.ts';
import type { Journal } from './journal.ts';
import { noteGrownThreads, noteLessenedThreads } from './thread-store.ts';

export interface EmailChanges {
  /** Emails that the account does not have yet. */
  readonly added?: readonly Email[];
  /** Emails as they are to be; `before` is how they are. */
  readonly updated?: readonly { readonly before: Email; readonly after: Email }[];
  readonly destroyed?: readonly Email[];
}

/** The one place where emails of an account change: rows, folders, threads, numbers, and the journal of all. */
export async function changeEmails(
  tx: Tx,
  journal: Journal,
  { added = [], updated = [], destroyed = [] }: EmailChanges,
): Promise<void> {
  const after = updated.map((change) => change.after);
  const threads = threadsOf([...added, ...after, ...destroyed]);
  if (threads.length === 0) return;
  const before = await countThreads(tx, journal.account, threads);
  await insertEmails(tx, journal, added);
  await updateEmails(tx, journal, after);
  await destroyEmails(
    tx,
    journal,
    destroyed.map((email) => email.messageId),
  );
  const moved = updated
    .filter((change) => !sameFolders(change.before, change.after))
    .map((change) => change.after);
  await clearFolders(tx, journal.account, [...moved, ...destroyed]);
  await fillFolders(tx, journal.account, [...added, ...moved]);
  const lessened = new Set(threadsOf(destroyed));
  const grown = threadsOf(added).filter((threadId) => !lessened.has(threadId));
  await noteGrownThreads(tx, journal, grown);
  await noteLessenedThreads(tx, journal, [...lessened]);
  await applyCounts(tx, journal, before, await countThreads(tx, journal.account, threads));
}

function threadsOf(emails: readonly Email[]): ThreadId[] {
  return [...new Set(emails.map((email) => email.threadId))];
}

function sameFolders(a: Email, b: Email): boolean {
  const folders = new Set(a.folderIds);
  return folders.size === new Set(b.folderIds).size && b.folderIds.every((folderId) => folders.has(folderId));
}

/** Emails by id. */
export function byMessageId(emails: readonly Email[]): Map<MessageId, Email> {
  return new Map(emails.map((email) => [email.messageId, email]));
}
