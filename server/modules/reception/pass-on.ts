import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { NewDelivery } from '#modules/delivery/index.ts';
import { newId } from '#platform/ids.ts';

/** A received message that goes on to the organisation's own server. */
export interface PassedOn {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly sizeBytes: number;
  readonly envelopeFrom: string;
  /** Taken with the promise of RFC 8689, which goes on with it. */
  readonly requireTls?: true | undefined;
  readonly addresses: readonly string[];
}

/** One delivery a recipient, by the same queue as everything else. Under verified TLS, or it waits. */
export function deliveriesOf({
  organizationId,
  messageId,
  sizeBytes,
  envelopeFrom,
  requireTls,
  addresses,
}: PassedOn): NewDelivery[] {
  return addresses.map((address) => ({
    organizationId,
    messageId,
    deliveryId: newId<DeliveryId>(),
    senderId: null,
    address,
    kind: 'to',
    dsn: null,
    ...(requireTls && { requireTls }),
    returnPath: envelopeFrom,
    sizeBytes,
    category: 'administrative',
    protection: 'tls-verified',
    offerDays: 0,
    state: 'queued',
    reason: 'waiting-to-send',
  }));
}
