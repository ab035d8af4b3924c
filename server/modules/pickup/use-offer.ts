import type { MessageId, OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { attachmentDownloaded, offerOpened, offerRead, offerReplied } from './audit-trail.ts';
import { noSuchOffer, PickupError } from './errors.ts';
import { downloaded, opened, replied } from './events.ts';
import { isAvailable, type Offer } from './offer.ts';
import { findOffer, setOnce } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { insertReceipt } from './receipt-store.ts';

/** Which offer, and who asks for it. */
export interface OfferAccess {
  readonly organizationId: OrganizationId;
  readonly recipientId: RecipientId;
  readonly offerId: OfferId;
  readonly by: Doer;
}

const eventOf = ({ offerId, deliveryId, messageId }: Offer) => ({ offerId, deliveryId, messageId });

/**
 * The offer, if it is this recipient's and still to be had.
 * Throws PickupError 'not-found' or 'gone'.
 */
export async function availableOffer(
  tx: Tx,
  ports: PickupPorts,
  { organizationId, recipientId, offerId }: OfferAccess,
): Promise<Offer> {
  const offer = await findOffer(tx, organizationId, offerId);
  if (offer === undefined || offer.recipientId !== recipientId) throw noSuchOffer();
  if (!isAvailable(offer, ports.clock.now())) {
    throw new PickupError(
      'gone',
      'This message is no longer available. Ask its sender if you still need it.',
    );
  }
  return offer;
}

/** Reads change nothing but the audit log. */
export async function readOffer(tx: Tx, ports: PickupPorts, asked: OfferAccess): Promise<Offer> {
  const offer = await availableOffer(tx, ports, asked);
  await offerRead(ports.audit, tx, offer, asked.by);
  return offer;
}

/** The first time is told to the sender; later times are the same to them. */
export async function openOffer(tx: Tx, ports: PickupPorts, asked: OfferAccess): Promise<void> {
  const offer = await availableOffer(tx, ports, asked);
  const now = ports.clock.now();
  if (!(await setOnce(tx, offer, 'opened_at', now))) return;
  await insertReceipt(tx, offer.organizationId, { offerId: offer.offerId, kind: 'opened', occurredAt: now });
  await offerOpened(ports.audit, tx, offer, asked.by);
  await ports.outbox.publish(tx, opened, offer.organizationId, eventOf(offer));
}

export async function downloadFromOffer(
  tx: Tx,
  ports: PickupPorts,
  asked: OfferAccess,
  partId: string,
): Promise<Offer> {
  const offer = await availableOffer(tx, ports, asked);
  await insertReceipt(tx, offer.organizationId, {
    offerId: offer.offerId,
    kind: 'downloaded',
    occurredAt: ports.clock.now(),
  });
  await attachmentDownloaded(ports.audit, tx, offer, asked.by, partId);
  await ports.outbox.publish(tx, downloaded, offer.organizationId, { ...eventOf(offer), partId });
  return offer;
}

/** Marks an answer; the caller has stored it as message `replyId` in this transaction. */
export async function replyToOffer(
  tx: Tx,
  ports: PickupPorts,
  asked: OfferAccess,
  replyId: MessageId,
): Promise<void> {
  const offer = await availableOffer(tx, ports, asked);
  const now = ports.clock.now();
  await setOnce(tx, offer, 'replied_at', now);
  await insertReceipt(tx, offer.organizationId, { offerId: offer.offerId, kind: 'replied', occurredAt: now });
  await offerReplied(ports.audit, tx, offer, asked.by, replyId);
  await ports.outbox.publish(tx, replied, offer.organizationId, {
    ...eventOf(offer),
    replyId,
    userId: offer.senderId,
  });
}
