import { pickupEvents } from '#modules/pickup/index.ts';
import type { DeliveryState } from '#contract/delivery.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import { moveDelivery } from './delivery-store.ts';
import { deliveryStateChanged } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import type { ReasonCode } from './reasons.ts';

const steps = [
  { event: pickupEvents.opened, state: 'opened', reason: 'opened' },
  { event: pickupEvents.replied, state: 'replied', reason: 'replied' },
  { event: pickupEvents.expired, state: 'expired', reason: 'time-ran-out' },
  { event: pickupEvents.revoked, state: 'revoked', reason: 'taken-back' },
] as const satisfies readonly { event: unknown; state: DeliveryState; reason: ReasonCode }[];

/**
 * What happens to an offer moves its delivery. Events may come late or out of order (opened after
 * replied): a step that may not follow the present state is old news, and nothing is done.
 */
export function followPickup(outbox: Outbox, { clock }: Pick<DeliveryPorts, 'clock'>): void {
  for (const { event, state, reason } of steps) {
    outbox.subscribe(
      event,
      `delivery.follow-${state}`,
      async (tx, { organizationId, data: { deliveryId } }) => {
        const messageId = await moveDelivery(tx, organizationId, deliveryId, { state, reason }, clock.now());
        if (messageId !== undefined)
          await outbox.publish(tx, deliveryStateChanged, organizationId, { deliveryId, messageId, state });
      },
    );
  }
}
