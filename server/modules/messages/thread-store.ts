import { sql } from 'kysely';
import type { OrganizationId, ThreadId } from '#contract/ids.ts';
import { byteaArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Statement, Tx } from '#platform/database/database.ts';

/** A Message-ID of one organisation, as a keyed index. */
export interface Reference {
  readonly organizationId: OrganizationId;
  readonly index: Buffer;
}

export interface ThreadLink extends Reference {
  readonly threadId: ThreadId;
}

interface Row {
  organization_id: OrganizationId;
  reference: Buffer;
  thread_id: ThreadId;
}

export async function selectLinks(tx: Tx, references: readonly Reference[]): Promise<ThreadLink[]> {
  if (references.length === 0) return [];
  const { rows } = await sql<Row>`
    SELECT link.organization_id, link.reference, link.thread_id
    FROM unnest(${uuidArray(references.map((reference) => reference.organizationId))}::uuid[],
                ${byteaArray(references.map((reference) => reference.index))}::bytea[]) AS wanted (organization_id, reference)
    JOIN messages.thread_link link
      ON link.organization_id = wanted.organization_id AND link.reference = wanted.reference`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    index: row.reference,
    threadId: row.thread_id,
  }));
}

/** Adds those that are not there; true when all were added. */
export async function insertLinks(tx: Tx, links: readonly ThreadLink[]): Promise<boolean> {
  if (links.length === 0) return true;
  const { numAffectedRows } =
    await sql`${linkInsertion(links)} ON CONFLICT (organization_id, reference) DO NOTHING`.execute(tx);
  return numAffectedRows === BigInt(links.length);
}

/** Fails as a whole when one of them is there. In one order everywhere, against deadlock. */
export function linkInsertion(links: readonly ThreadLink[]): Statement {
  const ordered = links.toSorted(
    (a, b) =>
      (a.organizationId < b.organizationId ? -1 : a.organizationId > b.organizationId ? 1 : 0) ||
      a.index.compare(b.index),
  );
  return sql`
    INSERT INTO messages.thread_link (organization_id, reference, thread_id)
    SELECT * FROM unnest(${uuidArray(ordered.map((link) => link.organizationId))}::uuid[],
                         ${byteaArray(ordered.map((link) => link.index))}::bytea[],
                         ${uuidArray(ordered.map((link) => link.threadId))}::uuid[])`;
}
