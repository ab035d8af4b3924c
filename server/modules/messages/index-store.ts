import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { SealedMessage } from './message-store.ts';

export interface Unindexed extends SealedMessage {
  readonly attempts: number;
}

/**
 * Takes up to `limit` messages that wait to be indexed, from any organisation: nobody else gets them until
 * `firstRetryMs` from now, doubled with each attempt up to a day. `tx` must be across tenants.
 */
export async function claimUnindexed(
  tx: Tx,
  now: Date,
  limit: number,
  firstRetryMs: number,
): Promise<Unindexed[]> {
  const { rows } = await sql<Unindexed>`
    WITH due AS MATERIALIZED (
      SELECT ctid AS place FROM messages.unindexed
      WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE messages.unindexed SET
        attempts = attempts + 1,
        due_at = ${now}::timestamptz + least(${firstRetryMs} * 2 ^ least(attempts, 20), 86400000) * interval '1 millisecond'
      WHERE ctid = ANY(ARRAY(SELECT place FROM due))
      RETURNING organization_id, message_id, attempts)
    SELECT taken.organization_id, taken.message_id, taken.attempts, message.content_id, message.wrapped_key, message.content, message.lead
    FROM taken CROSS JOIN LATERAL (
      SELECT content_id, wrapped_key, content, lead FROM messages.message
      WHERE organization_id = taken.organization_id AND message_id = taken.message_id OFFSET 0) message`.execute(
    tx,
  );
  return rows;
}

/** `tx` must be across tenants or of the only organisation among them. */
export async function deleteUnindexed(
  tx: Tx,
  messages: ReadonlyArray<{ organizationId: OrganizationId; messageId: MessageId }>,
): Promise<void> {
  await sql`
    DELETE FROM messages.unindexed USING unnest(
      ${messages.map(({ organizationId }) => organizationId)}::uuid[],
      ${messages.map(({ messageId }) => messageId)}::uuid[]) AS given (organization_id, message_id)
    WHERE unindexed.organization_id = given.organization_id AND unindexed.message_id = given.message_id`.execute(
    tx,
  );
}
