import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { offerEventMeanings } from '#contract/pickup.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import { actionsIn, reasonWords, type Delivery, type JourneyStep } from '#modules/delivery/index.ts';
import type { Offer, OfferReceipt } from '#modules/pickup/index.ts';
import type { Receipt } from '#modules/protection/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { SendingPorts } from './ports.ts';

/** Steps that pickup's own receipts tell better, and sooner. */
const toldByPickup = new Set(['notified', 'opened', 'replied', 'expired', 'revoked']);
/** Reasons that the decision receipt gives in more words. */
const explainedByReceipt = new Set(['portal-chosen', 'waiting-to-send', 'placed-in-mailbox']);

/** Each recipient's journey, in the order in which they were given. */
export async function timelineOf(
  tx: Tx,
  ports: SendingPorts,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<RecipientJourney[]> {
  const deliveries = await ports.delivery.forMessage(tx, organizationId, messageId);
  const ids = deliveries.map(({ deliveryId }) => deliveryId);
  const steps = Map.groupBy(
    await ports.delivery.stepsOf(tx, organizationId, ids),
    ({ deliveryId }) => deliveryId,
  );
  const offers = new Map(
    (await ports.pickup.offersOfMessage(tx, organizationId, messageId)).map((offer) => [
      offer.deliveryId,
      offer,
    ]),
  );
  const offerIds = [...offers.values()].map(({ offerId }) => offerId);
  const happened = Map.groupBy(
    await ports.pickup.receiptsOf(tx, organizationId, offerIds),
    ({ offerId }) => offerId,
  );
  const waiting = [...offers.values()].filter(({ endedBy }) => endedBy === null);
  const locks = await ports.pickup.locksOf(
    tx,
    organizationId,
    waiting.map(({ recipientId }) => recipientId),
  );
  const receipts = await ports.protection.receiptsOf(tx, organizationId, ids);
  return deliveries.map((delivery) => {
    const offer = offers.get(delivery.deliveryId);
    return journeyOf(delivery, {
      steps: steps.get(delivery.deliveryId) ?? [],
      offer,
      happened: offer === undefined ? [] : (happened.get(offer.offerId) ?? []),
      lockedUntil: offer?.endedBy === null ? locks.get(offer.recipientId) : undefined,
      receipt: receipts.get(delivery.deliveryId),
    });
  });
}

interface Known {
  readonly steps: readonly JourneyStep[];
  readonly offer: Offer | undefined;
  readonly happened: readonly OfferReceipt[];
  readonly lockedUntil: Date | undefined;
  readonly receipt: Receipt | undefined;
}

function journeyOf(
  delivery: Delivery,
  { steps, offer, happened, lockedUntil, receipt }: Known,
): RecipientJourney {
  const events = [
    ...steps
      .filter(
        ({ state, reason }) =>
          offer === undefined || !(toldByPickup.has(state) || reason === 'notice-failed'),
      )
      .map(({ at, state, reason }) => ({ at, what: state as string, words: explained(reason, receipt) })),
    ...happened.map(({ occurredAt, kind }) => ({
      at: occurredAt,
      what: kind as string,
      words: sentence(offerEventMeanings[kind]),
    })),
  ];
  return {
    recipientId: delivery.deliveryId,
    address: delivery.address,
    kind: delivery.kind,
    state: delivery.state,
    since: delivery.stateSince.toISOString(),
    reason: explained(delivery.reason, receipt),
    protection: delivery.protection,
    promised: delivery.promised,
    availableUntil: offer === undefined || offer.endedBy !== null ? null : offer.expiresAt.toISOString(),
    lockedUntil: lockedUntil?.toISOString() ?? null,
    can: actionsIn(delivery.state),
    events: events
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map((event) => ({ ...event, at: event.at.toISOString() })),
    receipt:
      receipt === undefined
        ? null
        : {
            verdict: receipt.verdict,
            reason: receipt.reason,
            candidates: [...receipt.candidates],
            evidence: receipt.evidence,
            key: receipt.key,
          },
  };
}

const explained = (reason: Delivery['reason'], receipt: Receipt | undefined): string =>
  receipt !== undefined && explainedByReceipt.has(reason) ? receipt.reason : reasonWords[reason];

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
