import { sql } from 'kysely';
import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef, FolderId } from './account.ts';
import type { Arrival } from './arrival.ts';
import type { Email } from './email.ts';
import type { Journal } from './journal.ts';

interface EmailRow {
  message_id: MessageId;
  thread_id: ThreadId;
  folder_ids: FolderId[] | null;
  received_at: Date;
  size_bytes: number;
  keywords: string[];
  own_keywords_sealed: Buffer | null;
  arrival: Arrival | null;
}

/** Those of `messageIds` that the account has, in no particular order. */
export async function selectEmails(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  messageIds: readonly MessageId[],
): Promise<Email[]> {
  if (messageIds.length === 0) return [];
  const { rows } = await sql<EmailRow>`
    SELECT email.message_id, thread_id, received_at, size_bytes, keywords, own_keywords_sealed, arrival,
      (SELECT array_agg(place.folder_id) FROM mailbox.email_folder place
       WHERE place.organization_id = email.organization_id AND place.user_id = email.user_id
         AND place.message_id = email.message_id) AS folder_ids
    FROM mailbox.email
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND message_id = ANY(${messageIds}::uuid[])
      AND destroyed_modseq IS NULL`.execute(tx);
  return rows.map((row) => ({
    messageId: row.message_id,
    threadId: row.thread_id,
    folderIds: row.folder_ids ?? [],
    receivedAt: row.received_at,
    sizeBytes: row.size_bytes,
    keywords: row.keywords,
    ownSealed: row.own_keywords_sealed,
    arrival: row.arrival,
  }));
}

/** One message that is here again after it was destroyed begins anew. */
export async function insertEmails(tx: Tx, journal: Journal, emails: readonly Email[]): Promise<void> {
  if (emails.length === 0) return;
  const { organizationId, userId } = journal.account;
  await sql`
    INSERT INTO mailbox.email (organization_id, user_id, message_id, thread_id, received_at, size_bytes, keywords,
      own_keywords_sealed, arrival, created_modseq, updated_modseq)
    SELECT ${organizationId}, ${userId}, message_id, thread_id, received_at, size_bytes,
      string_to_array(keywords, ' '), own_keywords_sealed, arrival, modseq, modseq
    FROM unnest(${emails.map((email) => email.messageId)}::uuid[], ${emails.map((email) => email.threadId)}::uuid[],
      ${emails.map((email) => email.receivedAt)}::timestamptz[], ${emails.map((email) => email.sizeBytes)}::integer[],
      ${emails.map((email) => email.keywords.join(' '))}::text[], ${emails.map((email) => email.ownSealed)}::bytea[],
      ${emails.map((email) => (email.arrival === null ? null : JSON.stringify(email.arrival)))}::jsonb[],
      ${journal.take('email', emails.length)}::bigint[])
      AS given (message_id, thread_id, received_at, size_bytes, keywords, own_keywords_sealed, arrival, modseq)
    ON CONFLICT (organization_id, user_id, message_id) DO UPDATE SET
      received_at = excluded.received_at, keywords = excluded.keywords,
      own_keywords_sealed = excluded.own_keywords_sealed, arrival = excluded.arrival,
      created_modseq = excluded.created_modseq, updated_modseq = excluded.updated_modseq, destroyed_modseq = NULL`.execute(
    tx,
  );
}

/** Writes keywords and arrival, and takes the number of the change. */
export async function updateEmails(tx: Tx, journal: Journal, emails: readonly Email[]): Promise<void> {
  if (emails.length === 0) return;
  const { organizationId, userId } = journal.account;
  await sql`
    UPDATE mailbox.email SET keywords = string_to_array(given.keywords, ' '),
      own_keywords_sealed = given.own_keywords_sealed, arrival = given.arrival, updated_modseq = given.modseq
    FROM unnest(${emails.map((email) => email.messageId)}::uuid[], ${emails.map((email) => email.keywords.join(' '))}::text[],
      ${emails.map((email) => email.ownSealed)}::bytea[],
      ${emails.map((email) => (email.arrival === null ? null : JSON.stringify(email.arrival)))}::jsonb[],
      ${journal.take('email', emails.length)}::bigint[])
      AS given (message_id, keywords, own_keywords_sealed, arrival, modseq)
    WHERE email.organization_id = ${organizationId} AND email.user_id = ${userId}
      AND email.message_id = given.message_id`.execute(tx);
}

export async function destroyEmails(
  tx: Tx,
  journal: Journal,
  messageIds: readonly MessageId[],
): Promise<void> {
  if (messageIds.length === 0) return;
  const { organizationId, userId } = journal.account;
  await sql`
    UPDATE mailbox.email SET destroyed_modseq = given.modseq, keywords = '{}', own_keywords_sealed = NULL, arrival = NULL
    FROM unnest(${messageIds}::uuid[], ${journal.take('email', messageIds.length)}::bigint[]) AS given (message_id, modseq)
    WHERE email.organization_id = ${organizationId} AND email.user_id = ${userId}
      AND email.message_id = given.message_id`.execute(tx);
}

type Placed = Pick<Email, 'messageId' | 'folderIds' | 'receivedAt'>;

/** Takes emails out of all folders. */
export async function clearFolders(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  emails: readonly Placed[],
): Promise<void> {
  if (emails.length === 0) return;
  await sql`
    DELETE FROM mailbox.email_folder
    WHERE organization_id = ${organizationId} AND user_id = ${userId}
      AND message_id = ANY(${emails.map((email) => email.messageId)}::uuid[])`.execute(tx);
}

/** Puts emails that are in no folder into those that each names. */
export async function fillFolders(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  emails: readonly Placed[],
): Promise<void> {
  const places = emails.flatMap(({ messageId, folderIds, receivedAt }) =>
    folderIds.map((folderId) => ({ messageId, folderId, receivedAt })),
  );
  if (places.length === 0) return;
  await sql`
    INSERT INTO mailbox.email_folder (organization_id, user_id, message_id, folder_id, received_at)
    SELECT ${organizationId}, ${userId}, message_id, folder_id, received_at
    FROM unnest(${places.map((place) => place.messageId)}::uuid[], ${places.map((place) => place.folderId)}::uuid[],
      ${places.map((place) => place.receivedAt)}::timestamptz[]) AS given (message_id, folder_id, received_at)`.execute(
    tx,
  );
}

/** Some of the emails in a folder: repeat until there are none. */
export async function selectSomeInFolder(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  folderId: FolderId,
  limit: number,
): Promise<MessageId[]> {
  const { rows } = await sql<{ message_id: MessageId }>`
    SELECT message_id FROM mailbox.email_folder
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND folder_id = ${folderId} LIMIT ${limit}`.execute(
    tx,
  );
  return rows.map((row) => row.message_id);
}
