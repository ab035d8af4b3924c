import { sql, type RawBuilder } from 'kysely';
import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Filter } from '#protocols/jmap/index.ts';
import type { AccountRef, FolderId } from './account.ts';
import type { RowCondition } from './email-filter.ts';

/** One level of a sort of emails. */
export interface EmailSort {
  readonly property: 'receivedAt' | 'size' | 'hasKeyword';
  readonly isAscending: boolean;
  /** As stored; with hasKeyword. */
  readonly keyword: string;
}

export interface EmailQuery {
  readonly account: AccountRef;
  readonly filter: Filter<RowCondition> | null;
  readonly sort: readonly EmailSort[];
  /** Of each thread only the email that comes first. RFC 8621 §4.4.3. */
  readonly collapseThreads: boolean;
}

type Condition = RawBuilder<boolean>;

/** Ids from `position` on, at most `limit`. */
export async function selectPage(
  tx: Tx,
  query: EmailQuery,
  position: number,
  limit: number,
): Promise<MessageId[]> {
  if (!query.collapseThreads) {
    return (await scan(tx, query, position, limit)).map((row) => row.message_id);
  }
  // Threads are collapsed while emails are read in order: the first page needs the first few, not all.
  const wanted = position + limit;
  for (let depth = Math.max(200, wanted * 4); ; depth *= 4) {
    const rows = await scan(tx, query, 0, depth);
    const threads = new Set<ThreadId>();
    const first = rows.filter(({ thread_id: threadId }) => !threads.has(threadId) && threads.add(threadId));
    if (first.length >= wanted || rows.length < depth) {
      return first.slice(position, wanted).map((row) => row.message_id);
    }
  }
}

async function scan(tx: Tx, query: EmailQuery, offset: number, limit: number) {
  const { rows } = await sql<{ message_id: MessageId; thread_id: ThreadId }>`
    SELECT email.message_id, email.thread_id FROM ${source(query)} WHERE ${where(query)}
    ORDER BY ${order(query, sql`email.`)} OFFSET ${offset} LIMIT ${limit}`.execute(tx);
  return rows;
}

export async function countResults(tx: Tx, query: EmailQuery): Promise<number> {
  const folderId = wholeFolder(query.filter);
  if (folderId !== null) return countFolder(tx, query, folderId);
  const counted = query.collapseThreads ? sql`count(DISTINCT thread_id)` : sql`count(*)`;
  const { rows } = await sql<{ total: number }>`
    SELECT ${counted}::integer AS total FROM ${source(query)} WHERE ${where(query)}`.execute(tx);
  return rows[0]?.total ?? 0;
}

/** The folder that a filter asks for, if it asks for nothing else. */
function wholeFolder(filter: Filter<RowCondition> | null): FolderId | null {
  if (filter?.operator !== 'is') return null;
  const { inMailbox, found, ...others } = filter.condition;
  const isAll = found.length === 0 && Object.values(others).every((value) => value === undefined);
  return isAll ? (inMailbox ?? null) : null;
}

/** A folder carries its numbers. */
async function countFolder(
  tx: Tx,
  { account, collapseThreads }: EmailQuery,
  folderId: FolderId,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    SELECT ${collapseThreads ? sql`total_threads` : sql`total_emails`} AS total FROM mailbox.folder
    WHERE organization_id = ${account.organizationId} AND user_id = ${account.userId} AND folder_id = ${folderId}`.execute(
    tx,
  );
  return rows[0]?.total ?? 0;
}

/** Where a message comes in the results; -1 when it is not among them. */
export async function indexOfMessage(tx: Tx, query: EmailQuery, messageId: MessageId): Promise<number> {
  const { rows } = await sql<{ at: number }>`
    SELECT at::integer FROM (
      SELECT message_id, row_number() OVER (ORDER BY ${order(query)}) - 1 AS at FROM ${results(query)}
    ) AS numbered WHERE message_id = ${messageId}`.execute(tx);
  return rows[0]?.at ?? -1;
}

function results(query: EmailQuery) {
  if (!query.collapseThreads) {
    return sql`(SELECT email.message_id, email.received_at, email.size_bytes, email.keywords FROM ${source(query)} WHERE ${where(query)}) AS result`;
  }
  return sql`(SELECT message_id, received_at, size_bytes, keywords FROM (
    SELECT email.message_id, email.received_at, email.size_bytes, email.keywords,
      row_number() OVER (PARTITION BY email.thread_id ORDER BY ${order(query, sql`email.`)}) AS in_thread
    FROM ${source(query)} WHERE ${where(query)}) AS ranked WHERE in_thread = 1) AS result`;
}

/** One folder, the usual question, is read from the index that holds its emails in order. */
function source({ account, filter }: EmailQuery) {
  const folderId = onlyFolder(filter);
  if (folderId === null) return sql`mailbox.email`;
  return sql`(SELECT place.message_id, place.received_at, email.size_bytes, email.keywords, email.thread_id,
      email.organization_id, email.user_id, email.destroyed_modseq
    FROM mailbox.email_folder place JOIN mailbox.email USING (organization_id, user_id, message_id)
    WHERE place.organization_id = ${account.organizationId} AND place.user_id = ${account.userId}
      AND place.folder_id = ${folderId}) AS email`;
}

function onlyFolder(filter: Filter<RowCondition> | null): FolderId | null {
  if (filter === null) return null;
  if (filter.operator === 'is') return filter.condition.inMailbox ?? null;
  if (filter.operator !== 'AND') return null;
  return filter.conditions.map(onlyFolder).find((folderId) => folderId !== null) ?? null;
}

function order({ sort }: EmailQuery, table = sql``) {
  const levels = sort.map(({ property, isAscending, keyword }) => {
    const direction = isAscending ? sql`ASC` : sql`DESC`;
    if (property === 'receivedAt') return sql`${table}received_at ${direction}`;
    if (property === 'size') return sql`${table}size_bytes ${direction}`;
    return sql`(${keyword} = ANY(${table}keywords)) ${direction}`;
  });
  const last =
    sort.find((level) => level.property === 'receivedAt')?.isAscending === true ? sql`ASC` : sql`DESC`;
  return sql.join([...levels, sql`${table}message_id ${last}`]);
}

function where({ account, filter }: EmailQuery): Condition {
  return sql`email.organization_id = ${account.organizationId} AND email.user_id = ${account.userId}
    AND email.destroyed_modseq IS NULL ${filter === null ? sql`` : sql`AND ${compile(account, filter)}`}`;
}

function compile(account: AccountRef, filter: Filter<RowCondition>): Condition {
  if (filter.operator === 'is') return sql`(${sql.join(tests(account, filter.condition), sql` AND `)})`;
  if (filter.conditions.length === 0) return filter.operator === 'OR' ? sql`false` : sql`true`;
  const inner = filter.conditions.map((each) => compile(account, each));
  if (filter.operator === 'NOT') return sql`NOT (${sql.join(inner, sql` OR `)})`;
  return sql`(${sql.join(inner, filter.operator === 'AND' ? sql` AND ` : sql` OR `)})`;
}

function tests({ organizationId, userId }: AccountRef, condition: RowCondition): Condition[] {
  const isPlaced = (
    folder: RawBuilder<unknown>,
  ): Condition => sql`EXISTS (SELECT FROM mailbox.email_folder place
    WHERE place.organization_id = ${organizationId} AND place.user_id = ${userId}
      AND place.message_id = email.message_id AND ${folder})`;
  const inThread = (keyword: string): Condition => sql`EXISTS (SELECT FROM mailbox.email other
    WHERE other.organization_id = ${organizationId} AND other.user_id = ${userId} AND other.thread_id = email.thread_id
      AND other.destroyed_modseq IS NULL AND ${keyword} = ANY(other.keywords))`;
  const allInThread = (keyword: string): Condition => sql`NOT EXISTS (SELECT FROM mailbox.email other
    WHERE other.organization_id = ${organizationId} AND other.user_id = ${userId} AND other.thread_id = email.thread_id
      AND other.destroyed_modseq IS NULL AND NOT ${keyword} = ANY(other.keywords))`;
  const {
    inMailbox,
    inMailboxOtherThan,
    before,
    after,
    minSize,
    maxSize,
    hasKeyword,
    notKeyword,
    hasAttachment,
  } = condition;
  const {
    someInThreadHaveKeyword: some,
    noneInThreadHaveKeyword: none,
    allInThreadHaveKeyword: all,
  } = condition;
  const list: (Condition | undefined)[] = [
    sql`true`,
    inMailbox && isPlaced(sql`place.folder_id = ${inMailbox}`),
    inMailboxOtherThan && isPlaced(sql`NOT place.folder_id = ANY(${inMailboxOtherThan}::uuid[])`),
    before && sql`email.received_at < ${before}`,
    after && sql`email.received_at >= ${after}`,
    minSize === undefined ? undefined : sql`email.size_bytes >= ${minSize}`,
    maxSize === undefined ? undefined : sql`email.size_bytes < ${maxSize}`,
    hasKeyword === undefined ? undefined : sql`${hasKeyword} = ANY(email.keywords)`,
    notKeyword === undefined ? undefined : sql`NOT ${notKeyword} = ANY(email.keywords)`,
    some === undefined ? undefined : inThread(some),
    none === undefined ? undefined : sql`NOT ${inThread(none)}`,
    all === undefined ? undefined : allInThread(all),
    hasAttachment === undefined
      ? undefined
      : sql`${hasAttachment} = EXISTS (SELECT FROM messages.published_digest digest
          WHERE digest.organization_id = ${organizationId} AND digest.message_id = email.message_id AND digest.has_attachment)`,
    ...condition.found.map((messageIds): Condition => sql`email.message_id = ANY(${messageIds}::uuid[])`),
  ];
  return list.filter((test) => test !== undefined);
}
