import { sql } from 'kysely';
import type { OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export interface Link {
  readonly organizationId: OrganizationId;
  readonly recipientId: RecipientId;
  /** Null: the link leads to the inbox. */
  readonly offerId: OfferId | null;
}

export async function insertLink(
  tx: Tx,
  link: Link & { digest: Buffer; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await sql`
    INSERT INTO pickup.link (organization_id, token_digest, recipient_id, offer_id, created_at, expires_at)
    VALUES (${link.organizationId}, ${link.digest}, ${link.recipientId}, ${link.offerId}, ${link.createdAt}, ${link.expiresAt})`.execute(
    tx,
  );
}

export async function findLink(
  tx: Tx,
  organizationId: OrganizationId,
  digest: Buffer,
  now: Date,
): Promise<Link | undefined> {
  const { rows } = await sql<{ recipient_id: RecipientId; offer_id: OfferId | null }>`
    SELECT recipient_id, offer_id FROM pickup.link
    WHERE organization_id = ${organizationId} AND token_digest = ${digest} AND expires_at > ${now}`.execute(
    tx,
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { organizationId, recipientId: row.recipient_id, offerId: row.offer_id };
}

/** A link lives as long as what it leads to. */
export async function extendLinks(
  tx: Tx,
  organizationId: OrganizationId,
  offerId: OfferId,
  expiresAt: Date,
): Promise<void> {
  await sql`
    UPDATE pickup.link SET expires_at = greatest(expires_at, ${expiresAt})
    WHERE organization_id = ${organizationId} AND offer_id = ${offerId}`.execute(tx);
}

export async function deleteExpiredLinks(tx: Tx, now: Date): Promise<number> {
  const gone = await sql`DELETE FROM pickup.link WHERE expires_at <= ${now}`.execute(tx);
  return Number(gone.numAffectedRows ?? 0n);
}
