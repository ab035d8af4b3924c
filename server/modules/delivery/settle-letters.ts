import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import type { SettledLetter } from '#modules/pickup/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { moveDelivery, noteStep } from './delivery-store.ts';
import { deliveriesFailed, deliveryStateChanged } from './events.ts';
import type { NextState } from './outcome.ts';
import type { DeliveryPorts } from './ports.ts';

type Ports = Pick<DeliveryPorts, 'pickup' | 'outbox' | 'clock'>;

/** Letters that have ended, one way or the other, take the delivery that they announce along. */
export async function settleLetters(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  settled: readonly { delivery: ClaimedDelivery; next: NextState }[],
): Promise<void> {
  for (const { delivery, next } of settled) {
    if (delivery.purpose !== 'letter' || (next.state !== 'delivered' && next.state !== 'bounced')) continue;
    const arrived = next.state === 'delivered';
    const letter = await ports.pickup.letterSettled(tx, organizationId, delivery.letterId, arrived);
    if (letter?.offer === undefined) continue;
    if (arrived) await noticeArrived(tx, ports, organizationId, letter.offer);
    else await noticeFailed(tx, ports, organizationId, letter.offer, delivery.deliveryId);
  }
}

type AnnouncedOffer = NonNullable<SettledLetter['offer']>;

async function noticeArrived(
  tx: Tx,
  { outbox, clock }: Ports,
  organizationId: OrganizationId,
  { deliveryId, messageId }: AnnouncedOffer,
): Promise<void> {
  // A reminder, or a recipient who was faster than our own mail, changes nothing any more.
  const moved = await moveDelivery(
    tx,
    organizationId,
    deliveryId,
    { state: 'notified', reason: 'notice-accepted' },
    clock.now(),
  );
  if (moved !== undefined)
    await outbox.publish(tx, deliveryStateChanged, organizationId, {
      deliveryId,
      messageId,
      state: 'notified',
    });
}

/** The message still waits; its sender hears that the recipient does not know. */
async function noticeFailed(
  tx: Tx,
  { outbox, clock }: Ports,
  organizationId: OrganizationId,
  { deliveryId, messageId }: AnnouncedOffer,
  noticeId: DeliveryId,
): Promise<void> {
  if (!(await noteStep(tx, organizationId, deliveryId, 'notice-failed', clock.now()))) return;
  await outbox.publish(tx, deliveriesFailed, organizationId, {
    messageId,
    deliveryIds: [deliveryId],
    noticeId,
  });
}
