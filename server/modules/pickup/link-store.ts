import { sql } from 'kysely';
import type { OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

/** A run-out link is remembered this long: whoever still holds it can ask for a new one. */
const rememberedDays = 365;
const day = 86_400_000;

export interface Link {
  readonly organizationId: OrganizationId;
  readonly recipientId: RecipientId;
  /** Null: the link leads to the inbox. */
  readonly offerId: OfferId | null;
  /** It has run out: it opens nothing, and only brings a new one to the mailbox that it was sent to. */
  readonly runOut: boolean;
}

export async function insertLink(
  tx: Tx,
  link: Omit<Link, 'runOut'> & { digest: Buffer; createdAt: Date; expiresAt: Date },
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
  const { rows } = await sql<{ recipient_id: RecipientId; offer_id: OfferId | null; expires_at: Date }>`
    SELECT recipient_id, offer_id, expires_at FROM pickup.link
    WHERE organization_id = ${organizationId} AND token_digest = ${digest}`.execute(tx);
  const row = rows[0];
  return row === undefined
    ? undefined
    : { organizationId, recipientId: row.recipient_id, offerId: row.offer_id, runOut: row.expires_at <= now };
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

/** Those that have been run out for so long that they are forgotten. */
export async function deleteOldLinks(tx: Tx, now: Date): Promise<number> {
  const gone =
    await sql`DELETE FROM pickup.link WHERE expires_at <= ${new Date(now.getTime() - rememberedDays * day)}`.execute(
      tx,
    );
  return Number(gone.numAffectedRows ?? 0n);
}
