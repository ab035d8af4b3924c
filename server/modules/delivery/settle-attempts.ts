import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { attemptsEnded } from './audit-trail.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { insertTransitions } from './delivery-store.ts';
import { deliveryStateChanged } from './events.ts';
import { offerFallbacks } from './offer-fallbacks.ts';
import { nextState, type AttemptResult, type NextState } from './outcome.ts';
import type { DeliveryPorts } from './ports.ts';
import { publishReports } from './publish-reports.ts';
import { sealDetail } from './sealed-columns.ts';
import { settleLetters } from './settle-letters.ts';
import { endAttempts } from './settle-store.ts';

export interface EndedAttempt {
  readonly delivery: ClaimedDelivery;
  readonly result: AttemptResult;
  /** Where its mail goes, as it was found for this attempt; '' when it could not be. */
  readonly destination: string;
}

type Settled = EndedAttempt & { readonly next: NextState };

/**
 * Writes what attempts of one organisation came to: next states, results, steps, audit, events, and the
 * offers that a fallback makes. One transaction; an attempt that is no longer ours is left alone.
 */
export async function settleAttempts(
  ports: DeliveryPorts,
  organizationId: OrganizationId,
  ended: readonly EndedAttempt[],
): Promise<void> {
  const now = ports.clock.now();
  const all = await Promise.all(
    ended.map(async ({ delivery, result, destination }) => {
      const { host, reply, status, evidence } = result;
      const detail = {
        ...(host && { host }),
        ...(reply && { reply }),
        ...(status && { status }),
        ...(evidence ? { evidence } : {}),
      };
      return {
        delivery,
        destination,
        result,
        next: nextState(delivery, result, now),
        detailSealed: await sealDetail(ports.keyring, organizationId, detail),
      };
    }),
  );
  await ports.database.inTenant(organizationId, async (tx) => {
    const moved = await endAttempts(
      tx,
      all.map(({ delivery, destination, result, next, detailSealed }) => ({
        organizationId,
        deliveryId: delivery.deliveryId,
        attempt: delivery.attempt,
        next,
        outcome: result.kind,
        replyCode: result.replyCode ?? null,
        detailSealed,
        destination,
        interruptions: 0,
      })),
      now,
    );
    const settled = all.filter(({ delivery }) => moved.has(delivery.deliveryId));
    if (settled.length === 0) return;
    await insertTransitions(
      tx,
      settled.map(({ delivery, next }) => ({ organizationId, deliveryId: delivery.deliveryId, ...next })),
      now,
    );
    await attemptsEnded(ports.audit, tx, settled);
    await announce(tx, ports, organizationId, settled);
    await offerFallbacks(tx, ports, organizationId, settled, now);
    await settleLetters(tx, ports, organizationId, settled);
  });
  for (const { result } of all) ports.metrics.outcomes.inc({ outcome: result.kind });
}

async function announce(
  tx: Tx,
  ports: DeliveryPorts,
  organizationId: OrganizationId,
  settled: readonly Settled[],
): Promise<void> {
  const messages = settled.filter(({ delivery }) => delivery.purpose === 'message');
  await ports.outbox.publishMany(
    tx,
    deliveryStateChanged,
    messages.map(({ delivery: { deliveryId, messageId }, next: { state } }) => ({
      organizationId,
      data: { deliveryId, messageId, state },
    })),
  );
  const letterless = settled.filter(({ delivery }) => delivery.purpose !== 'letter');
  await publishReports(
    tx,
    ports.outbox,
    organizationId,
    letterless.map(({ delivery, next: { state }, result: { dsnOffered = false } }) => ({
      ...delivery,
      state,
      passedOn: dsnOffered && state === 'delivered',
    })),
  );
}
