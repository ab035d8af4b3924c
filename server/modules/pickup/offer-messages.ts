import type { DeliveryId, MessageId, OfferId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { messagesOffered } from './audit-trail.ts';
import { offered } from './events.ts';
import type { Offer } from './offer.ts';
import { insertOffers } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { recipientsFor } from './recipient-store.ts';

export interface NewOffer {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly deliveryId: DeliveryId;
  readonly recipientAddress: string;
  readonly senderId: UserId;
  readonly expiresAt: Date;
  /** Code of delivery's reasons. */
  readonly reason: string;
}

/**
 * Lets messages of one organisation wait for their recipients; in a handful of statements for any number.
 * The notices are written after the commit.
 */
export async function offerMessages(
  tx: Tx,
  ports: PickupPorts,
  offers: readonly NewOffer[],
): Promise<OfferId[]> {
  const organizationId = offers[0]?.organizationId;
  if (organizationId === undefined) return [];
  const now = ports.clock.now();
  const addresses = offers.map(({ recipientAddress }) => recipientAddress);
  const recipients = await recipientsFor(tx, ports.keyring, organizationId, addresses, now);
  const rows = offers.flatMap((offer, index): Offer[] => {
    const recipientId = recipients[index];
    if (recipientId === undefined) return [];
    return [
      {
        organizationId,
        offerId: newId<OfferId>(),
        messageId: offer.messageId,
        deliveryId: offer.deliveryId,
        recipientId,
        senderId: offer.senderId,
        reason: offer.reason,
        offeredAt: now,
        expiresAt: offer.expiresAt,
        openedAt: null,
        repliedAt: null,
        endedBy: null,
      },
    ];
  });
  await insertOffers(tx, rows);
  await messagesOffered(ports.audit, tx, rows);
  await ports.outbox.publishMany(
    tx,
    offered,
    rows.map(({ offerId, deliveryId, messageId }) => ({
      organizationId,
      data: { offerId, deliveryId, messageId },
    })),
  );
  return rows.map(({ offerId }) => offerId);
}
