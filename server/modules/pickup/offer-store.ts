import { sql } from 'kysely';
import type { DeliveryId, MessageId, OfferId, OrganizationId, RecipientId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Offer } from './offer.ts';

interface Row {
  organization_id: OrganizationId;
  offer_id: OfferId;
  message_id: MessageId;
  delivery_id: DeliveryId;
  recipient_id: RecipientId;
  sender_id: UserId;
  reason: string;
  offered_at: Date;
  expires_at: Date;
  opened_at: Date | null;
  replied_at: Date | null;
  ended_by: 'expiry' | 'revocation' | null;
}

const columns = sql.raw(
  'organization_id, offer_id, message_id, delivery_id, recipient_id, sender_id, reason, offered_at, expires_at, opened_at, replied_at, ended_by',
);

const toOffer = (row: Row): Offer => ({
  organizationId: row.organization_id,
  offerId: row.offer_id,
  messageId: row.message_id,
  deliveryId: row.delivery_id,
  recipientId: row.recipient_id,
  senderId: row.sender_id,
  reason: row.reason,
  offeredAt: row.offered_at,
  expiresAt: row.expires_at,
  openedAt: row.opened_at,
  repliedAt: row.replied_at,
  endedBy: row.ended_by,
});

export async function insertOffers(tx: Tx, offers: readonly Offer[]): Promise<void> {
  await sql`
    INSERT INTO pickup.offer (organization_id, offer_id, message_id, delivery_id, recipient_id, sender_id, reason, offered_at, expires_at)
    SELECT * FROM unnest(
      ${offers.map((offer) => offer.organizationId)}::uuid[], ${offers.map((offer) => offer.offerId)}::uuid[],
      ${offers.map((offer) => offer.messageId)}::uuid[], ${offers.map((offer) => offer.deliveryId)}::uuid[],
      ${offers.map((offer) => offer.recipientId)}::uuid[], ${offers.map((offer) => offer.senderId)}::uuid[],
      ${offers.map((offer) => offer.reason)}::text[], ${offers.map((offer) => offer.offeredAt)}::timestamptz[],
      ${offers.map((offer) => offer.expiresAt)}::timestamptz[])`.execute(tx);
}

/** `lock`: hold the row until the transaction ends, for a change that depends on what it says. */
export async function findOffer(
  tx: Tx,
  organizationId: OrganizationId,
  offerId: OfferId,
  lock?: 'for-update',
): Promise<Offer | undefined> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM pickup.offer WHERE organization_id = ${organizationId} AND offer_id = ${offerId}
    ${sql.raw(lock === 'for-update' ? 'FOR UPDATE' : '')}`.execute(tx);
  return rows[0] === undefined ? undefined : toOffer(rows[0]);
}

export async function selectOffersOfMessage(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<Offer[]> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM pickup.offer WHERE organization_id = ${organizationId} AND message_id = ${messageId}`.execute(
    tx,
  );
  return rows.map(toOffer);
}

/** Newest first, after `before` if given. */
export async function selectOffersOfRecipient(
  tx: Tx,
  organizationId: OrganizationId,
  recipientId: RecipientId,
  { before, limit }: { before?: { offeredAt: Date; offerId: OfferId } | undefined; limit: number },
): Promise<Offer[]> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM pickup.offer
    WHERE organization_id = ${organizationId} AND recipient_id = ${recipientId}
      AND (${before === undefined} OR (offered_at, offer_id) < (${before?.offeredAt ?? null}::timestamptz, ${before?.offerId ?? null}::uuid))
    ORDER BY offered_at DESC, offer_id DESC LIMIT ${limit}`.execute(tx);
  return rows.map(toOffer);
}

/** Sets the time once; false when it was set before. */
export async function setOnce(
  tx: Tx,
  { organizationId, offerId }: Offer,
  column: 'opened_at' | 'replied_at',
  at: Date,
): Promise<boolean> {
  const changed = await sql`
    UPDATE pickup.offer SET ${sql.ref(column)} = ${at}
    WHERE organization_id = ${organizationId} AND offer_id = ${offerId} AND ${sql.ref(column)} IS NULL`.execute(
    tx,
  );
  return changed.numAffectedRows === 1n;
}

export async function updateExpiry(
  tx: Tx,
  { organizationId, offerId }: Offer,
  expiresAt: Date,
): Promise<void> {
  await sql`UPDATE pickup.offer SET expires_at = ${expiresAt} WHERE organization_id = ${organizationId} AND offer_id = ${offerId}`.execute(
    tx,
  );
}

/** False when it had ended already. */
export async function endOffer(
  tx: Tx,
  { organizationId, offerId }: Offer,
  endedBy: 'expiry' | 'revocation',
  at: Date,
): Promise<boolean> {
  const changed = await sql`
    UPDATE pickup.offer SET ended_at = ${at}, ended_by = ${endedBy}
    WHERE organization_id = ${organizationId} AND offer_id = ${offerId} AND ended_at IS NULL`.execute(tx);
  return changed.numAffectedRows === 1n;
}

/** Offers of all organisations whose time has run out; rows that another server holds are left out. */
export async function selectExpired(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<Pick<Offer, 'organizationId' | 'offerId'>[]> {
  const { rows } = await sql<Pick<Row, 'organization_id' | 'offer_id'>>`
    SELECT organization_id, offer_id FROM pickup.offer
    WHERE ended_at IS NULL AND expires_at <= ${now} ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(
    tx,
  );
  return rows.map((row) => ({ organizationId: row.organization_id, offerId: row.offer_id }));
}
