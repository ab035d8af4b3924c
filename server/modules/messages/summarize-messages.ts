import type { MessageId, OrganizationId, ThreadId, UserId } from '#contract/ids.ts';
import type { HeaderMailbox, MessageCategory, MessageDirection } from '#contract/messages.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { sealedAs } from './content-names.ts';
import { selectSummaries } from './message-store.ts';
import type { MessageSummaryFields } from './message.ts';
import { openPiece } from './read-raw.ts';

/** A message as lists show it. Of a destroyed message only the plain facts remain. */
export interface MessageSummary extends MessageSummaryFields {
  readonly messageId: MessageId;
  readonly organizationId: OrganizationId;
  readonly threadId: ThreadId;
  readonly direction: MessageDirection;
  readonly category: MessageCategory;
  readonly authorId: UserId | null;
  /** '' until the message has been indexed. */
  readonly preview: string;
  readonly hasAttachment: boolean;
  readonly sizeBytes: number;
  readonly storedAt: Date;
  readonly destroyed: boolean;
}

/** In the order asked for; those that the organisation does not have are left out. */
export async function summarizeMessages(
  tx: Tx,
  keyring: Keyring,
  messageIds: readonly MessageId[],
): Promise<MessageSummary[]> {
  const rows = await selectSummaries(tx, messageIds);
  const summaries = await Promise.all(rows.map((row) => openSummary(keyring, row)));
  const byId = new Map(summaries.map((summary) => [summary.messageId, summary]));
  return messageIds.flatMap((messageId) => byId.get(messageId) ?? []);
}

type Row = Awaited<ReturnType<typeof selectSummaries>>[number];

async function openSummary(keyring: Keyring, row: Row): Promise<MessageSummary> {
  const facts = {
    messageId: row.message_id,
    organizationId: row.organization_id,
    threadId: row.thread_id,
    direction: row.direction,
    category: row.category,
    authorId: row.author_id,
    hasAttachment: row.has_attachment ?? false,
    sizeBytes: row.size_bytes,
    storedAt: row.stored_at,
  };
  if (row.wrapped_key === null || row.summary === null) {
    const nobody: HeaderMailbox[] = [];
    return { ...facts, subject: '', from: nobody, to: nobody, cc: nobody, preview: '', destroyed: true };
  }
  const key = await keyring.openDataKey(row.organization_id, row.wrapped_key);
  const fields = JSON.parse(
    openPiece(key, sealedAs.summary(row.content_id), row.summary).toString(),
  ) as MessageSummaryFields;
  const preview =
    row.preview === null ? '' : openPiece(key, sealedAs.preview(row.content_id), row.preview).toString();
  return { ...facts, ...fields, preview, destroyed: false };
}
