import type { DeliveryState } from '#contract/delivery.ts';
import type { DeliveryId, MessageId, UserId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';

/** A delivery is in another state than before. */
export const deliveryStateChanged = defineEvent<{
  deliveryId: DeliveryId;
  messageId: MessageId;
  state: DeliveryState;
}>('delivery.state-changed');

/**
 * Deliveries of one message have failed for good, or the notice of one has (then `noticeId` is the notice's
 * own delivery): the sender must be told.
 */
export const deliveriesFailed = defineEvent<{
  messageId: MessageId;
  deliveryIds: DeliveryId[];
  noticeId?: DeliveryId;
}>('delivery.failed');

/** Deliveries of one message have arrived, and their sender asked to be told. */
export const deliveriesArrived = defineEvent<{ messageId: MessageId; deliveryIds: DeliveryId[] }>(
  'delivery.arrived',
);

/** Deliveries of one message have waited for long and are still being tried: the sender is told, once. */
export const deliveriesDelayed = defineEvent<{ messageId: MessageId; deliveryIds: DeliveryId[] }>(
  'delivery.delayed',
);

/** A message belongs in the archive of its organisation. `envelope`: sealed, base64. */
export const journalDue = defineEvent<{ messageId: MessageId; envelope: string }>('delivery.journal-due');

/** A report about failed deliveries is stored as a message of its own; it belongs in this user's mailbox. */
export const dsnComposed = defineEvent<{ messageId: MessageId; userId: UserId }>('delivery.dsn-composed');
