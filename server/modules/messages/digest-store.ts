import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant, type MessagesTables } from './tables.ts';

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

/** Writes what indexing found; a second time changes nothing. */
export async function insertDigest(tx: Tx, digest: Digest): Promise<void> {
  await tables(tx)
    .insertInto('messages.digest')
    .values({
      organization_id: digest.organizationId,
      message_id: digest.messageId,
      preview: digest.preview,
      has_attachment: digest.hasAttachment,
      readable: digest.readable,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Sorted, so that the index is touched from left to right.
  const tokens = [...new Set(digest.tokens)].sort((a, b) => (a < b ? -1 : 1));
  await sql`
    INSERT INTO messages.search_token (organization_id, token, message_id)
    SELECT ${digest.organizationId}, token, ${digest.messageId} FROM unnest(${tokens}::bigint[]) AS token
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
