import { sql } from 'kysely';
import type { Tx } from '#platform/database/database.ts';
import type { Change } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';

/**
 * What changed after `since`, up to `until`, in the order in which a client has to hear of it, at most
 * `limit`. An object that came and went in between is not told of.
 */
interface Span {
  readonly since: number;
  readonly until: number;
  readonly limit: number;
}

export function selectEmailChanges(tx: Tx, account: AccountRef, span: Span): Promise<Change[]> {
  return selectChanges(tx, account, span, sql`mailbox.email`, sql`message_id`);
}

export function selectThreadChanges(tx: Tx, account: AccountRef, span: Span): Promise<Change[]> {
  return selectChanges(tx, account, span, sql`mailbox.thread`, sql`thread_id`);
}

export function selectSubmissionChanges(tx: Tx, account: AccountRef, span: Span): Promise<Change[]> {
  return selectChanges(tx, account, span, sql`mailbox.submission`, sql`message_id`);
}

type Fragment = ReturnType<typeof sql>;

async function selectChanges(
  tx: Tx,
  account: AccountRef,
  span: Span,
  table: Fragment,
  id: Fragment,
): Promise<Change[]> {
  const { since, until, limit } = span;
  const owned = sql`organization_id = ${account.organizationId} AND user_id = ${account.userId}`;
  const { rows } = await sql<Change>`
    (SELECT ${id} AS id, created_modseq AS at, 'created' AS kind FROM ${table}
     WHERE ${owned} AND created_modseq > ${since} AND created_modseq <= ${until} AND destroyed_modseq IS NULL
     ORDER BY created_modseq LIMIT ${limit})
    UNION ALL
    (SELECT ${id}, updated_modseq, 'updated' FROM ${table}
     WHERE ${owned} AND updated_modseq > ${since} AND updated_modseq <= ${until} AND created_modseq <= ${since}
       AND destroyed_modseq IS NULL
     ORDER BY updated_modseq LIMIT ${limit})
    UNION ALL
    (SELECT ${id}, destroyed_modseq, 'destroyed' FROM ${table}
     WHERE ${owned} AND destroyed_modseq > ${since} AND destroyed_modseq <= ${until} AND created_modseq <= ${since}
     ORDER BY destroyed_modseq LIMIT ${limit})
    ORDER BY at LIMIT ${limit}`.execute(tx);
  return rows;
}

/** A folder's change, and whether only its numbers changed. RFC 8621 §2.2. */
export type FolderChange = Change & { readonly onlyCounts: boolean };

export async function selectFolderChanges(
  tx: Tx,
  account: AccountRef,
  { since, until, limit }: Span,
): Promise<FolderChange[]> {
  const { rows } = await sql<FolderChange>`
    SELECT folder_id AS id, at, kind, kind = 'updated' AND updated_modseq <= ${since} AS "onlyCounts" FROM (
      SELECT folder_id, updated_modseq,
        CASE WHEN destroyed_modseq IS NOT NULL THEN destroyed_modseq
             WHEN created_modseq > ${since} THEN created_modseq
             ELSE greatest(updated_modseq, counted_modseq) END AS at,
        CASE WHEN destroyed_modseq IS NOT NULL THEN 'destroyed'
             WHEN created_modseq > ${since} THEN 'created' ELSE 'updated' END AS kind
      FROM mailbox.folder
      WHERE organization_id = ${account.organizationId} AND user_id = ${account.userId}
        AND NOT (destroyed_modseq IS NOT NULL AND created_modseq > ${since})
    ) AS change
    WHERE at > ${since} AND at <= ${until} ORDER BY at LIMIT ${limit}`.execute(tx);
  return rows;
}
