import { sql } from 'kysely';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { OpenedFinding } from './opened-finding.ts';

/** A message that came in signed or encrypted, and whoever it came for. */
export interface WaitingMessage {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly recipientUserIds: readonly UserId[];
  /** Of the module that asked; given back as it is. */
  readonly arrival: object;
  readonly receivedAt: Date;
}

export type ClaimedMessage = WaitingMessage & {
  readonly tries: number;
  /** People have it already, closed. */
  readonly again: boolean;
};

export async function insertWaiting(tx: Tx, waiting: readonly WaitingMessage[]): Promise<void> {
  for (const { organizationId, messageId, recipientUserIds, arrival, receivedAt } of waiting) {
    await sql`
      INSERT INTO protection.waiting_message
        (organization_id, message_id, recipient_user_ids, arrival, received_at, next_try_at)
      VALUES (${organizationId}, ${messageId}, ${recipientUserIds}::uuid[], ${JSON.stringify(arrival)}::jsonb,
        ${receivedAt}, ${receivedAt})
      ON CONFLICT DO NOTHING`.execute(tx);
  }
}

/** Those due, which nobody else takes for `leaseMs`. Across tenants. */
export async function claimWaiting(
  tx: Tx,
  { now, leaseMs, limit }: { now: Date; leaseMs: number; limit: number },
): Promise<ClaimedMessage[]> {
  const { rows } = await sql<{
    organization_id: OrganizationId;
    message_id: MessageId;
    recipient_user_ids: UserId[];
    arrival: object;
    received_at: Date;
    tries: number;
    again: boolean;
  }>`
    UPDATE protection.waiting_message w
    SET tries = tries + 1, next_try_at = ${new Date(now.getTime() + leaseMs)}
    FROM (
      SELECT organization_id, message_id FROM protection.waiting_message
      WHERE next_try_at <= ${now} ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) due
    WHERE w.organization_id = due.organization_id AND w.message_id = due.message_id
    RETURNING w.organization_id, w.message_id, w.recipient_user_ids, w.arrival, w.received_at, w.tries,
      w.again`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    messageId: row.message_id,
    recipientUserIds: row.recipient_user_ids,
    arrival: row.arrival,
    receivedAt: row.received_at,
    tries: row.tries,
    again: row.again,
  }));
}

/** The guard of opening: true for exactly one transaction that commits. */
export async function deleteWaiting(
  tx: Tx,
  { organizationId, messageId }: Pick<WaitingMessage, 'organizationId' | 'messageId'>,
): Promise<boolean> {
  const { rows } = await sql`
    DELETE FROM protection.waiting_message
    WHERE organization_id = ${organizationId} AND message_id = ${messageId} RETURNING message_id`.execute(tx);
  return rows.length === 1;
}

export async function insertOpened(
  tx: Tx,
  opened: {
    readonly organizationId: OrganizationId;
    readonly messageId: MessageId;
    readonly originalId: MessageId;
    readonly finding: OpenedFinding;
    readonly openedAt: Date;
  },
): Promise<void> {
  await sql`
    INSERT INTO protection.opened_message (organization_id, message_id, original_id, finding, opened_at)
    VALUES (${opened.organizationId}, ${opened.messageId}, ${opened.originalId},
      ${JSON.stringify(opened.finding)}::jsonb, ${opened.openedAt})`.execute(tx);
}

/** The message that came, of one that people see; undefined when it was not taken out of anything. */
export async function findOriginal(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<MessageId | undefined> {
  const { rows } = await sql<{ original_id: MessageId }>`
    SELECT original_id FROM protection.opened_message
    WHERE organization_id = ${organizationId} AND message_id = ${messageId}`.execute(tx);
  return rows[0]?.original_id;
}
