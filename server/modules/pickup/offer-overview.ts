import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

/** What a sender should know of a message's offers beyond their states, in numbers of recipients. */
export interface OfferOverview {
  readonly messageId: MessageId;
  /** Their time ran out after they had opened it, without an answer. */
  readonly expiredOpened: number;
  /** Their time ran out after they had answered. */
  readonly expiredReplied: number;
}

export async function selectOverviews(
  tx: Tx,
  organizationId: OrganizationId,
  messageIds: readonly MessageId[],
): Promise<OfferOverview[]> {
  const { rows } = await sql<OfferOverview>`
    SELECT message_id AS "messageId",
      count(*) FILTER (WHERE ended_by = 'expiry' AND opened_at IS NOT NULL AND replied_at IS NULL) AS "expiredOpened",
      count(*) FILTER (WHERE ended_by = 'expiry' AND replied_at IS NOT NULL) AS "expiredReplied"
    FROM pickup.offer
    WHERE organization_id = ${organizationId} AND message_id = ANY(${messageIds}::uuid[])
    GROUP BY message_id`.execute(tx);
  return rows;
}
