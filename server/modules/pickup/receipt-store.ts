import { sql } from 'kysely';
import type { OfferId, OrganizationId } from '#contract/ids.ts';
import type { OfferEventKind } from '#contract/pickup.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';

/** Something that happened to an offer. */
export interface OfferReceipt {
  readonly offerId: OfferId;
  readonly kind: OfferEventKind;
  readonly occurredAt: Date;
}

export async function insertReceipt(
  tx: Tx,
  organizationId: OrganizationId,
  receipt: OfferReceipt,
): Promise<void> {
  await sql`
    INSERT INTO pickup.receipt (organization_id, receipt_id, offer_id, kind, occurred_at)
    VALUES (${organizationId}, ${newId()}, ${receipt.offerId}, ${receipt.kind}, ${receipt.occurredAt})`.execute(
    tx,
  );
}

/** In the order in which they happened. */
export async function selectReceipts(
  tx: Tx,
  organizationId: OrganizationId,
  offerIds: readonly OfferId[],
): Promise<OfferReceipt[]> {
  const { rows } = await sql<{ offer_id: OfferId; kind: OfferEventKind; occurred_at: Date }>`
    SELECT offer_id, kind, occurred_at FROM pickup.receipt
    WHERE organization_id = ${organizationId} AND offer_id = ANY(${offerIds}::uuid[])
    ORDER BY occurred_at, receipt_id`.execute(tx);
  return rows.map((row) => ({ offerId: row.offer_id, kind: row.kind, occurredAt: row.occurred_at }));
}
