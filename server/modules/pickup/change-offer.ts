import type { OfferId, OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { offerExtended, offerReminded, offerRevoked } from './audit-trail.ts';
import { noSuchOffer, PickupError } from './errors.ts';
import { revoked } from './events.ts';
import { lastNoticeAt } from './letter-store.ts';
import { extendLinks } from './link-store.ts';
import { isAvailable, type Offer } from './offer.ts';
import { endOffer, findOffer, updateExpiry } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { insertReceipt } from './receipt-store.ts';
import { linkExpiry, writeNotice } from './write-notice.ts';

/** Shortest time between two notices about one offer. */
const remindEveryMs = 3_600_000;

export interface OfferChange {
  readonly organizationId: OrganizationId;
  readonly offerId: OfferId;
  readonly by: Doer;
}

async function heldOffer(
  tx: Tx,
  ports: PickupPorts,
  { organizationId, offerId }: OfferChange,
): Promise<Offer> {
  const offer = await findOffer(tx, organizationId, offerId, 'for-update');
  if (offer === undefined) throw noSuchOffer();
  if (!isAvailable(offer, ports.clock.now()))
    throw new PickupError('conflict', 'The message is no longer available to this recipient.');
  return offer;
}

/** Ends access at once. The sender's own copy stays. Throws PickupError 'not-found' or 'conflict'. */
export async function revokeOffer(tx: Tx, ports: PickupPorts, change: OfferChange): Promise<void> {
  const offer = await heldOffer(tx, ports, change);
  const now = ports.clock.now();
  await endOffer(tx, offer, 'revocation', now);
  await insertReceipt(tx, offer.organizationId, { offerId: offer.offerId, kind: 'revoked', occurredAt: now });
  await offerRevoked(ports.audit, tx, offer, change.by);
  const { offerId, deliveryId, messageId } = offer;
  await ports.outbox.publish(tx, revoked, offer.organizationId, { offerId, deliveryId, messageId });
}

/** Never shortens. Throws PickupError 'not-found' or 'conflict'. */
export async function extendOffer(
  tx: Tx,
  ports: PickupPorts,
  change: OfferChange,
  expiresAt: Date,
): Promise<void> {
  const offer = await heldOffer(tx, ports, change);
  if (expiresAt <= offer.expiresAt)
    throw new PickupError('conflict', 'The message is already available for at least that long.');
  await updateExpiry(tx, offer, expiresAt);
  await extendLinks(tx, offer.organizationId, offer.offerId, linkExpiry(expiresAt));
  await insertReceipt(tx, offer.organizationId, {
    offerId: offer.offerId,
    kind: 'extended',
    occurredAt: ports.clock.now(),
  });
  await offerExtended(ports.audit, tx, offer, change.by, expiresAt);
}

/** Seconds to wait when the last notice is too young, else 0 and the reminder is written. */
export async function remindOfOffer(
  tx: Tx,
  ports: PickupPorts,
  change: OfferChange,
): Promise<{ waitSeconds: number }> {
  const offer = await heldOffer(tx, ports, change);
  const now = ports.clock.now();
  const last = await lastNoticeAt(tx, offer.organizationId, offer.offerId);
  const waitMs = last === undefined ? 0 : last.getTime() + remindEveryMs - now.getTime();
  if (waitMs > 0) return { waitSeconds: Math.ceil(waitMs / 1000) };
  await writeNotice(tx, ports, offer, 'reminder');
  await insertReceipt(tx, offer.organizationId, {
    offerId: offer.offerId,
    kind: 'reminded',
    occurredAt: now,
  });
  await offerReminded(ports.audit, tx, offer, change.by);
  return { waitSeconds: 0 };
}
