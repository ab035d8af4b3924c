import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { byteaArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { MessagesTables } from './tables.ts';

const tables = (tx: Tx) => tx.withTables<MessagesTables>();

export interface Digest {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  /** Sealed. */
  readonly preview: Buffer;
  readonly hasAttachment: boolean;
  readonly readable: boolean;
  readonly tokens: readonly bigint[];
}

/**
 * Writes what indexing found; a second time changes nothing. Of messages that were destroyed in the
 * meantime nothing is written: the lock on their rows lets destruction come before or after, not in between.
 */
export async function insertDigests(tx: Tx, digests: readonly Digest[]): Promise<void> {
  if (digests.length === 0) return;
  const { rows: present } = await sql<{ message_id: MessageId }>`
    SELECT present.message_id FROM unnest(
      ${uuidArray(digests.map((digest) => digest.organizationId))}::uuid[],
      ${uuidArray(digests.map((digest) => digest.messageId))}::uuid[]) AS given (organization_id, message_id)
    CROSS JOIN LATERAL (
      SELECT message_id FROM messages.message
      WHERE organization_id = given.organization_id AND message_id = given.message_id AND destroyed_at IS NULL
      FOR KEY SHARE) present`.execute(tx);
  const alive = new Set(present.map((row) => row.message_id));
  const kept = digests.filter((digest) => alive.has(digest.messageId));
  await sql`
    INSERT INTO messages.digest (organization_id, message_id, preview, has_attachment, readable)
    SELECT * FROM unnest(
      ${uuidArray(kept.map((digest) => digest.organizationId))}::uuid[],
      ${uuidArray(kept.map((digest) => digest.messageId))}::uuid[],
      ${byteaArray(kept.map((digest) => digest.preview))}::bytea[],
      ${kept.map((digest) => digest.hasAttachment)}::boolean[],
      ${kept.map((digest) => digest.readable)}::boolean[])
    ON CONFLICT DO NOTHING`.execute(tx);
  const entries = kept.flatMap(({ organizationId, messageId, tokens }) =>
    [...new Set(tokens)].map((token) => ({ organizationId, messageId, token })),
  );
  await sql`
    INSERT INTO messages.search_token (organization_id, token, message_id)
    SELECT * FROM unnest(
      ${uuidArray(entries.map((entry) => entry.organizationId))}::uuid[],
      ${entries.map((entry) => entry.token)}::bigint[],
      ${uuidArray(entries.map((entry) => entry.messageId))}::uuid[])
    ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING`.execute(tx);
}

export async function deleteDigest(tx: Tx, messageId: MessageId): Promise<void> {
  await tables(tx)
    .deleteFrom('messages.search_token')
    .where('organization_id', '=', tenant)
    .where('message_id', '=', messageId)
    .execute();
  await tables(tx)
    .deleteFrom('messages.digest')
    .where('organization_id', '=', tenant)
    .where('message_id', '=', messageId)
    .execute();
}

/** Messages that hold every token, newest id first. `within` narrows the search to some messages. */
export async function selectByTokens(
  tx: Tx,
  tokens: readonly bigint[],
  within: readonly MessageId[] | undefined,
  limit: number,
): Promise<MessageId[]> {
  const [first, ...others] = tokens;
  if (first === undefined) return [];
  // The primary key yields one token's messages in order; each is looked up under the other tokens, and
  // the scan ends when enough are found.
  const { rows } = await sql<{ message_id: MessageId }>`
    SELECT hit.message_id FROM messages.search_token hit
    WHERE hit.organization_id = ${tenant} AND hit.token = ${first}
      ${within === undefined ? sql`` : sql`AND hit.message_id = ANY(${within}::uuid[])`}
      ${sql.join(
        others.map(
          (token) => sql`AND EXISTS (SELECT FROM messages.search_token other
            WHERE other.organization_id = ${tenant} AND other.token = ${token} AND other.message_id = hit.message_id)`,
        ),
        sql` `,
      )}
    ORDER BY hit.message_id DESC LIMIT ${limit}`.execute(tx);
  return rows.map((row) => row.message_id);
}
