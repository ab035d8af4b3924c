import { sql } from 'kysely';
import type { MessageId, OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { LetterId, LetterKind, LetterRow } from './letter.ts';

export async function insertLetter(tx: Tx, letter: LetterRow, now: Date): Promise<void> {
  await sql`
    INSERT INTO pickup.letter (organization_id, letter_id, kind, recipient_id, offer_id, message_id, return_path, size_bytes, created_at)
    VALUES (${letter.organizationId}, ${letter.letterId}, ${letter.kind}, ${letter.recipientId}, ${letter.offerId},
      ${letter.messageId}, ${letter.returnPath}, ${letter.sizeBytes}, ${now})`.execute(tx);
}

export async function findLetter(
  tx: Tx,
  organizationId: OrganizationId,
  letterId: LetterId,
): Promise<LetterRow | undefined> {
  const { rows } = await sql<{
    kind: LetterKind;
    recipient_id: RecipientId;
    offer_id: OfferId | null;
    message_id: MessageId;
    return_path: string;
    size_bytes: number;
  }>`
    SELECT kind, recipient_id, offer_id, message_id, return_path, size_bytes FROM pickup.letter
    WHERE organization_id = ${organizationId} AND letter_id = ${letterId}`.execute(tx);
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        organizationId,
        letterId,
        kind: row.kind,
        recipientId: row.recipient_id,
        offerId: row.offer_id,
        messageId: row.message_id,
        returnPath: row.return_path,
        sizeBytes: row.size_bytes,
      };
}

/** False when it was settled before. */
export async function settleLetter(
  tx: Tx,
  organizationId: OrganizationId,
  letterId: LetterId,
  arrived: boolean,
  now: Date,
): Promise<boolean> {
  const changed = await sql`
    UPDATE pickup.letter SET settled_at = ${now}, arrived = ${arrived}
    WHERE organization_id = ${organizationId} AND letter_id = ${letterId} AND settled_at IS NULL`.execute(tx);
  return changed.numAffectedRows === 1n;
}

/** When the newest notice or reminder about an offer was written. */
export async function lastNoticeAt(
  tx: Tx,
  organizationId: OrganizationId,
  offerId: OfferId,
): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`
    SELECT max(created_at) AS at FROM pickup.letter
    WHERE organization_id = ${organizationId} AND offer_id = ${offerId} AND kind IN ('notice', 'reminder')`.execute(
    tx,
  );
  return rows[0]?.at ?? undefined;
}
