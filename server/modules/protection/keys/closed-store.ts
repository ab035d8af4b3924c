import { sql } from 'kysely';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { KeyKind } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';
import type { WaitingMessage } from './waiting-store.ts';

type Which = Pick<WaitingMessage, 'organizationId' | 'messageId'>;

/** A message for which no key is kept here, until one is. */
export async function insertClosed(tx: Tx, closed: WaitingMessage, kind: KeyKind): Promise<void> {
  const { organizationId, messageId, recipientUserIds, arrival, receivedAt } = closed;
  await sql`
    INSERT INTO protection.closed_message
      (organization_id, user_id, message_id, kind, recipient_user_ids, arrival, received_at)
    SELECT ${organizationId}, user_id, ${messageId}, ${kind}, ${recipientUserIds}::uuid[],
      ${JSON.stringify(arrival)}::jsonb, ${receivedAt}
    FROM unnest(${recipientUserIds}::uuid[]) AS given (user_id)
    ON CONFLICT DO NOTHING`.execute(tx);
}

export async function deleteClosed(tx: Tx, { organizationId, messageId }: Which): Promise<void> {
  await sql`
    DELETE FROM protection.closed_message
    WHERE organization_id = ${organizationId} AND message_id = ${messageId}`.execute(tx);
}

/** What was found when nothing could be opened yet. */
export async function forgetFinding(tx: Tx, { organizationId, messageId }: Which): Promise<void> {
  await sql`
    DELETE FROM protection.opened_message
    WHERE organization_id = ${organizationId} AND original_id = ${messageId} AND message_id = original_id`.execute(
    tx,
  );
}

const spreadMs = 100;

/**
 * Lets what came for a user and is closed be tried again, newest first, ten a second: new mail, which waits in the
 * same line, is not held up. Answers how many.
 */
export async function openAgain(
  tx: Tx,
  of: {
    readonly organizationId: OrganizationId;
    readonly userId: UserId;
    readonly kind: KeyKind;
    readonly now: Date;
  },
): Promise<number> {
  const { rows } = await sql<{ message_id: MessageId }>`
    INSERT INTO protection.waiting_message
      (organization_id, message_id, recipient_user_ids, arrival, received_at, next_try_at, again)
    SELECT organization_id, message_id, recipient_user_ids, arrival, received_at,
      ${of.now}::timestamptz + (row_number() OVER (ORDER BY received_at DESC) - 1) * ${spreadMs} * interval '1 millisecond',
      true
    FROM protection.closed_message
    WHERE organization_id = ${of.organizationId} AND user_id = ${of.userId} AND kind = ${of.kind}
    ON CONFLICT DO NOTHING RETURNING message_id`.execute(tx);
  return rows.length;
}
