import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import type { Actor } from '#modules/audit/index.ts';
import { PickupError, type Offer } from '#modules/pickup/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { SendingError } from './errors.ts';
import type { SendingPorts } from './ports.ts';
import { findSubmission } from './submission-store.ts';
import { timelineOf } from './timeline.ts';

/** What a sender asks for one recipient of one of their messages. */
export interface RecipientChange {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly recipientId: DeliveryId;
  readonly userId: UserId;
  readonly actor: Actor;
  readonly ip: string;
}

type Change = (tx: Tx, offer: Offer | undefined) => Promise<void>;

const day = 86_400_000;

/** Takes a message back: access in the portal ends at once, a queued copy is not sent. */
export function revokeRecipient(ports: SendingPorts, change: RecipientChange): Promise<RecipientJourney> {
  return changing(ports, change, async (tx, offer) => {
    const { organizationId, recipientId: deliveryId, actor, ip } = change;
    if (offer !== undefined)
      await ports.pickup.revoke(tx, { organizationId, offerId: offer.offerId, by: { actor, ip } });
    const outcome = await ports.delivery.revoke(tx, { organizationId, deliveryId, actor, ip });
    if (outcome === 'too-late')
      throw new SendingError(
        'conflict',
        'Their mail server has the message, or had it first. It cannot be taken back.',
      );
  });
}

export function remindRecipient(ports: SendingPorts, change: RecipientChange): Promise<RecipientJourney> {
  return changing(ports, change, async (tx, offer) => {
    if (offer === undefined) throw notWaiting();
    const { organizationId, actor, ip } = change;
    const { waitSeconds } = await ports.pickup.remind(tx, {
      organizationId,
      offerId: offer.offerId,
      by: { actor, ip },
    });
    if (waitSeconds > 0) {
      throw new SendingError(
        'too-many-requests',
        'They were told less than an hour ago. Remind them later.',
        { retryAfter: waitSeconds },
      );
    }
  });
}

/** Keeps a message available until `days` from now. */
export function extendRecipient(
  ports: SendingPorts,
  change: RecipientChange,
  days: number,
): Promise<RecipientJourney> {
  return changing(ports, change, async (tx, offer) => {
    if (offer === undefined) throw notWaiting();
    const { organizationId, actor, ip } = change;
    const expiresAt = new Date(ports.clock.now().getTime() + days * day);
    await ports.pickup.extend(tx, { organizationId, offerId: offer.offerId, by: { actor, ip } }, expiresAt);
  });
}

const notWaiting = (): SendingError =>
  new SendingError('conflict', 'The message does not wait for this recipient in the portal.');

async function changing(
  ports: SendingPorts,
  change: RecipientChange,
  apply: Change,
): Promise<RecipientJourney> {
  const { organizationId, messageId, recipientId, userId } = change;
  return ports.database.inTenant(organizationId, async (tx) => {
    if ((await findSubmission(tx, organizationId, userId, messageId)) === undefined) throw noSuchRecipient();
    const before = await timelineOf(tx, ports, organizationId, messageId);
    if (!before.some((journey) => journey.recipientId === recipientId)) throw noSuchRecipient();
    const offer = (await ports.pickup.offersOfMessage(tx, organizationId, messageId)).find(
      ({ deliveryId }) => deliveryId === recipientId,
    );
    await apply(tx, offer).catch((error: unknown) => {
      if (error instanceof PickupError && error.code === 'conflict')
        throw new SendingError('conflict', error.message, { cause: error });
      throw error;
    });
    const after = (await timelineOf(tx, ports, organizationId, messageId)).find(
      (journey) => journey.recipientId === recipientId,
    );
    if (after === undefined) throw noSuchRecipient();
    return after;
  });
}

const noSuchRecipient = (): SendingError =>
  new SendingError('not-found', 'You have sent no such message to this recipient.');
