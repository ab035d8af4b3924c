import type { Tx } from '#platform/database/database.ts';
import { deliveryMoved } from './audit-trail.ts';
import { findDelivery, insertTransitions } from './delivery-store.ts';
import { DeliveryError } from './errors.ts';
import { deliveryStateChanged } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import { urgeDelivery } from './queue-store.ts';
import type { DeliveryChange } from './revoke-delivery.ts';

/**
 * Tries a delivery now, out of turn, also while its destination rests. Throws DeliveryError 'not-found'; 'conflict' when it does
 * not wait to be tried: it is under way, has ended, or waits for something else.
 */
export async function retryNow(
  tx: Tx,
  { clock, audit, outbox }: Pick<DeliveryPorts, 'clock' | 'audit' | 'outbox'>,
  { organizationId, deliveryId, actor, ip }: DeliveryChange,
): Promise<void> {
  const now = clock.now();
  const urged = await urgeDelivery(tx, organizationId, deliveryId, now);
  if (urged === undefined) {
    const delivery = await findDelivery(tx, organizationId, deliveryId);
    if (delivery === undefined) throw new DeliveryError('not-found', 'There is no such delivery.');
    throw new DeliveryError('conflict', 'It does not wait to be tried any more. Look at it again.');
  }
  const { messageId, wasHeld } = urged;
  await deliveryMoved(audit, tx, { organizationId, messageId, deliveryId, kind: 'urged', actor, ip });
  if (!wasHeld) return;
  const state = 'queued';
  await insertTransitions(tx, [{ organizationId, deliveryId, state, reason: 'waiting-to-send' }], now);
  await outbox.publish(tx, deliveryStateChanged, organizationId, { deliveryId, messageId, state });
}
