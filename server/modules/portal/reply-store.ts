import { sql } from 'kysely';
import type { MessageId, OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export interface Reply {
  readonly messageId: MessageId;
  readonly offerId: OfferId;
  readonly recipientId: RecipientId;
  readonly repliedAt: Date;
}

export async function insertReply(tx: Tx, organizationId: OrganizationId, reply: Reply): Promise<void> {
  await sql`
    INSERT INTO portal.reply (organization_id, message_id, offer_id, recipient_id, replied_at)
    VALUES (${organizationId}, ${reply.messageId}, ${reply.offerId}, ${reply.recipientId}, ${reply.repliedAt})`.execute(
    tx,
  );
}

export async function findReply(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<Reply | undefined> {
  const { rows } = await sql<{
    message_id: MessageId;
    offer_id: OfferId;
    recipient_id: RecipientId;
    replied_at: Date;
  }>`
    SELECT message_id, offer_id, recipient_id, replied_at FROM portal.reply
    WHERE organization_id = ${organizationId} AND message_id = ${messageId}`.execute(tx);
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        messageId: row.message_id,
        offerId: row.offer_id,
        recipientId: row.recipient_id,
        repliedAt: row.replied_at,
      };
}

export async function selectReplies(
  tx: Tx,
  organizationId: OrganizationId,
  offerId: OfferId,
): Promise<Pick<Reply, 'messageId' | 'repliedAt'>[]> {
  const { rows } = await sql<{ message_id: MessageId; replied_at: Date }>`
    SELECT message_id, replied_at FROM portal.reply
    WHERE organization_id = ${organizationId} AND offer_id = ${offerId} ORDER BY replied_at, message_id`.execute(
    tx,
  );
  return rows.map((row) => ({ messageId: row.message_id, repliedAt: row.replied_at }));
}
