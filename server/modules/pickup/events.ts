import type { DeliveryId, MessageId, OfferId, RecipientId, UserId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';
import type { LetterId, LetterKind } from './letter.ts';

interface OfferEvent {
  readonly offerId: OfferId;
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
}

/** A message waits for its recipient; the notice is still to be written. */
export const offered = defineEvent<OfferEvent>('pickup.offered');
/** A letter of pickup's own is stored and must be sent. */
export const letterReady = defineEvent<{ letterId: LetterId; messageId: MessageId; kind: LetterKind }>(
  'pickup.letter-ready',
);
/** Opened for the first time. */
export const opened = defineEvent<OfferEvent>('pickup.opened');
export const downloaded = defineEvent<OfferEvent & { partId: string }>('pickup.downloaded');
/** `replyId`: the answer, a message in the mailbox of `userId`. */
export const replied = defineEvent<OfferEvent & { replyId: MessageId; userId: UserId }>('pickup.replied');
export const expired = defineEvent<OfferEvent>('pickup.expired');
export const revoked = defineEvent<OfferEvent>('pickup.revoked');
/** Wrong codes were entered; nobody signs in with this address for a while. */
export const locked = defineEvent<{ recipientId: RecipientId; offerId: OfferId | null }>('pickup.locked');
