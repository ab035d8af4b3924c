import type { DeliveryId, MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import type { DeliverabilityPorts } from './ports.ts';
import type { DeliveryModule } from '#modules/delivery/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';

interface ReportMailPorts {
  readonly messages: Pick<MessagesModule, 'fromRaw' | 'store'>;
  readonly delivery: Pick<DeliveryModule, 'enqueue'>;
  readonly identity: Pick<IdentityModule, 'administrators'>;
}

/**
 * Puts a TLS report into the queue, in the name of an administrator: somebody must answer for what leaves. No report
 * comes back about it, and it may go in the clear (RFC 8460 §3): what it tells may be that TLS is broken.
 */
export function createReportMail({
  messages,
  delivery,
  identity,
}: ReportMailPorts): DeliverabilityPorts['mail'] {
  return async (tx, { organizationId, from, to, raw }) => {
    const [senderId] = await identity.administrators(tx);
    if (senderId === undefined) return;
    const messageId = newId<MessageId>();
    const intake = await messages.fromRaw(organizationId, raw);
    await messages.store(tx, [
      { messageId, organizationId, intake, direction: 'system', category: 'administrative' },
    ]);
    await delivery.enqueue(tx, [
      {
        organizationId,
        deliveryId: newId<DeliveryId>(),
        messageId,
        senderId,
        address: to,
        kind: 'to',
        dsn: { notify: ['NEVER'], originalRecipient: null, ret: null, envelopeId: null },
        returnPath: from,
        sizeBytes: intake.sizeBytes,
        category: 'administrative',
        protection: 'cleartext',
        offerDays: 1,
        state: 'queued',
        reason: 'waiting-to-send',
      },
    ]);
  };
}
