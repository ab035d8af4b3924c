import { sql } from 'kysely';
import type { MessageId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

/** What a sender should know of a message's offers beyond their states, in numbers of recipients. */
export interface OfferOverview {
  readonly messageId: MessageId;
  /** Their time ran out after they had opened it, without an answer. */
  readonly expiredOpened: number;
  /** Their time ran out after they had answered. */
  readonly expiredReplied: number;
  /** It waits for them, and too many wrong codes keep everybody out just now. */
  readonly locked: number;
}

export async function selectOverviews(
  tx: Tx,
  organizationId: OrganizationId,
  messageIds: readonly MessageId[],
  now: Date,
): Promise<OfferOverview[]> {
  const { rows } = await sql<OfferOverview>`
    SELECT message_id AS "messageId",
      count(*) FILTER (WHERE ended_by = 'expiry' AND opened_at IS NOT NULL AND replied_at IS NULL) AS "expiredOpened",
      count(*) FILTER (WHERE ended_by = 'expiry' AND replied_at IS NOT NULL) AS "expiredReplied",
      count(*) FILTER (WHERE ended_by IS NULL AND o.expires_at > ${now} AND v.locked_until > ${now}) AS "locked"
    FROM pickup.offer o LEFT JOIN pickup.verification v USING (organization_id, recipient_id)
    WHERE organization_id = ${organizationId} AND message_id = ANY(${messageIds}::uuid[])
    GROUP BY message_id`.execute(tx);
  return rows;
}

/** Until when nobody gets in as these recipients; those who can are not in it. */
export async function selectLocks(
  tx: Tx,
  organizationId: OrganizationId,
  recipientIds: readonly RecipientId[],
  now: Date,
): Promise<Map<RecipientId, Date>> {
  const { rows } = await sql<{ recipient_id: RecipientId; locked_until: Date }>`
    SELECT recipient_id, locked_until FROM pickup.verification
    WHERE organization_id = ${organizationId} AND recipient_id = ANY(${recipientIds}::uuid[]) AND locked_until > ${now}`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.recipient_id, row.locked_until]));
}
