import type { DeliveryId } from '#contract/ids.ts';
import { isUnreadable, unreadableAddress } from '#modules/delivery/index.ts';
import { newId } from '#platform/ids.ts';
import type { SendingPorts } from './ports.ts';
import { markDispatched, type ClaimedSubmission } from './submission-store.ts';

/**
 * Ends a submission whose envelope can never be opened again, and sees to it that its sender is told. False when `error` is
 * another: trying again may help.
 */
export async function endIfUnreadable(
  { database, clock, delivery }: Pick<SendingPorts, 'database' | 'clock' | 'delivery'>,
  submission: ClaimedSubmission,
  error: unknown,
): Promise<boolean> {
  if (!isUnreadable(error)) return false;
  const {
    organization_id: organizationId,
    message_id: messageId,
    sender_id: senderId,
    category,
  } = submission;
  await database.inTenant(organizationId, async (tx) => {
    const marked = await markDispatched(tx, organizationId, [messageId], clock.now());
    if (!marked.has(messageId)) return;
    // Who it was for is not known any more: one recipient of no name stands for all.
    await delivery.enqueue(tx, [
      {
        organizationId,
        deliveryId: newId<DeliveryId>(),
        messageId,
        senderId,
        address: unreadableAddress,
        kind: 'to',
        dsn: null,
        returnPath: '',
        sizeBytes: 0,
        category,
        protection: 'portal',
        offerDays: 0,
        state: 'bounced',
        reason: 'address-unreadable',
      },
    ]);
  });
  return true;
}
