import { sql } from 'kysely';
import type { MessageId, OrganizationId, ThreadId } from '#contract/ids.ts';
import { byteaArray, integerArray, textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Statement, Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import { MessagesError } from './errors.ts';
import type { ContentId, NewMessage } from './message.ts';
import type { MessagesTables } from './tables.ts';
import { linkInsertion, type ThreadLink } from './thread-store.ts';

const tables = (tx: Tx) => tx.withTables<MessagesTables>();

/** Throws MessagesError 'conflict' when an id is taken. */
export async function insertMessages(
  tx: Tx,
  messages: readonly NewMessage[],
  threads: readonly ThreadId[],
  storedAt: Date,
): Promise<void> {
  const passingOver = sql`ON CONFLICT (organization_id, message_id) DO NOTHING`;
  const inserted = await messageInsertion(messages, threads, storedAt, { onConflict: passingOver }).execute(
    tx,
  );
  if (inserted.numAffectedRows !== BigInt(messages.length)) {
    throw new MessagesError('conflict', 'A message with this id is stored already.');
  }
}

/** One statement, however many, with new links to their threads; each also enters the queue of those to be indexed. */
export function messageInsertion(
  messages: readonly NewMessage[],
  threads: readonly ThreadId[],
  storedAt: Date,
  { onConflict = sql``, links = [] }: { onConflict?: Statement; links?: readonly ThreadLink[] } = {},
): Statement {
  const linked = links.length === 0 ? sql`` : sql`linked AS (${linkInsertion(links)}),`;
  return sql`
    WITH ${linked} stored AS (
    INSERT INTO messages.message (organization_id, message_id, thread_id, content_id, direction, category,
      author_id, size_bytes, in_blob, stored_at, wrapped_key, summary, content, lead)
    SELECT organization_id, message_id, thread_id, content_id, direction, category,
      author_id, size_bytes, content IS NULL, ${storedAt}, wrapped_key, summary, content, lead
    FROM unnest(
      ${uuidArray(messages.map((message) => message.organizationId))}::uuid[],
      ${uuidArray(messages.map((message) => message.messageId))}::uuid[],
      ${uuidArray(threads)}::uuid[],
      ${uuidArray(messages.map((message) => message.intake.contentId))}::uuid[],
      ${textArray(messages.map((message) => message.direction))}::text[],
      ${textArray(messages.map((message) => message.category))}::text[],
      ${uuidArray(messages.map((message) => message.authorId ?? null))}::uuid[],
      ${integerArray(messages.map((message) => message.intake.sizeBytes))}::integer[],
      ${byteaArray(messages.map((message) => message.intake.wrappedKey))}::bytea[],
      ${byteaArray(messages.map((message) => message.intake.summary))}::bytea[],
      ${byteaArray(messages.map((message) => message.intake.content))}::bytea[],
      ${byteaArray(messages.map((message) => message.intake.lead))}::bytea[]
    ) AS given (organization_id, message_id, thread_id, content_id, direction, category, author_id, size_bytes,
      wrapped_key, summary, content, lead)
    ${onConflict}
    RETURNING organization_id, message_id)
    INSERT INTO messages.unindexed (organization_id, message_id, due_at)
    SELECT organization_id, message_id, ${storedAt} FROM stored`;
}

/** What opening a message takes. */
export interface SealedMessage {
  readonly organization_id: OrganizationId;
  readonly message_id: MessageId;
  readonly content_id: ContentId;
  readonly wrapped_key: Buffer | null;
  /** Null when the content is in its blob. */
  readonly content: Buffer | null;
  /** What stands before the content in its blob; null when nothing does. */
  readonly lead: Buffer | null;
}

/** Null when the organisation has no such message. */
export async function findMessage(tx: Tx, messageId: MessageId): Promise<SealedMessage | null> {
  const row = await tables(tx)
    .selectFrom('messages.message')
    .select(['organization_id', 'message_id', 'content_id', 'wrapped_key', 'content', 'lead'])
    .where('organization_id', '=', tenant)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return row ?? null;
}

/** The same for many; those that the organisation does not have are left out. */
export async function findMessages(tx: Tx, messageIds: readonly MessageId[]): Promise<SealedMessage[]> {
  return tables(tx)
    .selectFrom('messages.message')
    .select(['organization_id', 'message_id', 'content_id', 'wrapped_key', 'content', 'lead'])
    .where('organization_id', '=', tenant)
    .where('message_id', '=', sql<MessageId>`ANY(${messageIds}::uuid[])`)
    .execute();
}

export async function selectSummaries(tx: Tx, messageIds: readonly MessageId[]) {
  if (messageIds.length === 0) return [];
  return tables(tx)
    .selectFrom('messages.message as message')
    .leftJoin('messages.digest as digest', (join) =>
      join
        .onRef('digest.organization_id', '=', 'message.organization_id')
        .onRef('digest.message_id', '=', 'message.message_id'),
    )
    .select([
      'message.organization_id',
      'message.message_id',
      'message.thread_id',
      'message.content_id',
      'message.direction',
      'message.category',
      'message.author_id',
      'message.size_bytes',
      'message.stored_at',
      'message.wrapped_key',
      'message.summary',
      'digest.preview',
      'digest.has_attachment',
    ])
    .where('message.organization_id', '=', tenant)
    .where('message.message_id', '=', sql<MessageId>`ANY(${messageIds}::uuid[])`)
    .execute();
}

/** What placing a message takes. */
export interface MessageFacts {
  readonly messageId: MessageId;
  readonly threadId: ThreadId;
  readonly sizeBytes: number;
}

/** Each by its key: of tables that have just begun to fill the planner knows too little to choose. */
export async function selectFacts(tx: Tx, messageIds: readonly MessageId[]): Promise<MessageFacts[]> {
  if (messageIds.length === 0) return [];
  const { rows } = await sql<MessageFacts>`
    SELECT message_id AS "messageId", thread_id AS "threadId", size_bytes AS "sizeBytes"
    FROM unnest(${uuidArray(messageIds)}::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
      SELECT message_id, thread_id, size_bytes FROM messages.message
      WHERE organization_id = ${tenant} AND message_id = wanted.id OFFSET 0) message`.execute(tx);
  return rows;
}

export async function selectThread(tx: Tx, threadId: ThreadId): Promise<MessageId[]> {
  const rows = await tables(tx)
    .selectFrom('messages.message')
    .select('message_id')
    .where('organization_id', '=', tenant)
    .where('thread_id', '=', threadId)
    .orderBy('stored_at')
    .orderBy('message_id')
    .execute();
  return rows.map((row) => row.message_id);
}

/** Destroys the key and what it sealed; `destroyed` is false when that was done before or there is no such message. */
export async function destroyMessage(tx: Tx, messageId: MessageId, because: string, now: Date) {
  const found = await tables(tx)
    .selectFrom('messages.message')
    .select(['organization_id', 'content_id', 'destroyed_at'])
    .where('organization_id', '=', tenant)
    .where('message_id', '=', messageId)
    .forUpdate()
    .executeTakeFirst();
  if (found === undefined || found.destroyed_at !== null) return { found: found ?? null, destroyed: false };
  await tables(tx)
    .updateTable('messages.message')
    .set({
      wrapped_key: null,
      summary: null,
      content: null,
      lead: null,
      destroyed_at: now,
      destroyed_because: because,
    })
    .where('organization_id', '=', tenant)
    .where('message_id', '=', messageId)
    .execute();
  return { found, destroyed: true };
}

/** Which of these contents, which are in blobs, belong to no message that can still be read. */
export async function selectUnusedContents(tx: Tx, contentIds: readonly ContentId[]): Promise<ContentId[]> {
  const { rows } = await sql<{ content_id: ContentId }>`
    SELECT given.content_id FROM unnest(${contentIds}::uuid[]) AS given (content_id)
    WHERE NOT EXISTS (
      SELECT FROM messages.message
      WHERE organization_id = ${tenant} AND message.content_id = given.content_id AND in_blob
        AND destroyed_at IS NULL)`.execute(tx);
  return rows.map((row) => row.content_id);
}
