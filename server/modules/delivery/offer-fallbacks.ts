import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import type { NewReceipts } from '#modules/protection/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { ClaimedDelivery } from './delivery.ts';
import type { NextState } from './outcome.ts';
import type { DeliveryPorts } from './ports.ts';
import { reasonWords } from './reasons.ts';

type Ports = Pick<DeliveryPorts, 'pickup' | 'protection' | 'policy'>;
type Fallback = { readonly delivery: ClaimedDelivery & { purpose: 'message' }; readonly next: NextState };

const day = 86_400_000;

/** What could not go out as promised waits in the portal from now on, with a new decision receipt that says so. */
export async function offerFallbacks(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  settled: readonly { delivery: ClaimedDelivery; next: NextState }[],
  now: Date,
): Promise<void> {
  const fallbacks = settled.filter(
    (each): each is Fallback => each.next.state === 'offered' && each.delivery.purpose === 'message',
  );
  if (fallbacks.length === 0) return;
  await ports.pickup.offerMany(
    tx,
    fallbacks.map(({ delivery, next }) => ({
      organizationId,
      messageId: delivery.messageId,
      deliveryId: delivery.deliveryId,
      recipientAddress: delivery.address,
      senderId: delivery.senderId,
      expiresAt: new Date(now.getTime() + delivery.offerDays * day),
      reason: next.reason,
    })),
  );
  await replaceReceipts(tx, ports, organizationId, fallbacks);
}

async function replaceReceipts(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  fallbacks: readonly Fallback[],
): Promise<void> {
  const byDelivery = new Map<DeliveryId, Fallback>(
    fallbacks.map((fallback) => [fallback.delivery.deliveryId, fallback]),
  );
  const before = await ports.protection.receiptsOf(tx, organizationId, [...byDelivery.keys()]);
  const messages: NewReceipts[] = [];
  for (const [messageId, receipts] of Map.groupBy(before.values(), (receipt) => receipt.messageId)) {
    const decision = await ports.policy.decisionOf(tx, organizationId, messageId);
    if (decision === null) continue;
    messages.push({
      messageId,
      decision,
      receipts: receipts.flatMap(({ deliveryId, recipient, verdict: promised, candidates, evidence }) => {
        const fallback = byDelivery.get(deliveryId);
        if (fallback === undefined) return [];
        const because = reasonWords[fallback.next.reason];
        const weighedAnew = candidates.map((candidate) =>
          candidate.protection === promised ? { ...candidate, possible: false, because } : candidate,
        );
        return [
          {
            deliveryId,
            choice: {
              address: recipient,
              verdict: 'portal' as const,
              reason: because,
              candidates: weighedAnew,
              evidence,
              key: null,
              problem: null,
            },
          },
        ];
      }),
    });
  }
  await ports.protection.saveReceipts(tx, organizationId, messages);
}
