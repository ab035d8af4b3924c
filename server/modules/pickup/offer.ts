import type { DeliveryId, MessageId, OfferId, OrganizationId, RecipientId, UserId } from '#contract/ids.ts';
import type { OfferState } from '#contract/pickup.ts';

/** A message that waits for one recipient in the portal. */
export interface Offer {
  readonly organizationId: OrganizationId;
  readonly offerId: OfferId;
  readonly messageId: MessageId;
  readonly deliveryId: DeliveryId;
  readonly recipientId: RecipientId;
  readonly senderId: UserId;
  /** Code of delivery's reasons: why it is not delivered by mail. */
  readonly reason: string;
  readonly offeredAt: Date;
  readonly expiresAt: Date;
  readonly openedAt: Date | null;
  readonly repliedAt: Date | null;
  readonly endedBy: 'expiry' | 'revocation' | null;
}

export function stateOf(
  offer: Pick<Offer, 'endedBy' | 'expiresAt' | 'openedAt' | 'repliedAt'>,
  now: Date,
): OfferState {
  if (offer.endedBy === 'revocation') return 'revoked';
  // The clock decides, not the loop that tidies up after it.
  if (offer.endedBy === 'expiry' || offer.expiresAt <= now) return 'expired';
  if (offer.repliedAt !== null) return 'replied';
  return offer.openedAt === null ? 'waiting' : 'opened';
}

export function isAvailable(offer: Pick<Offer, 'endedBy' | 'expiresAt'>, now: Date): boolean {
  return offer.endedBy === null && offer.expiresAt > now;
}
