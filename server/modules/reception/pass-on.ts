import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { NewDelivery } from '#modules/delivery/index.ts';
import { newId } from '#platform/ids.ts';

/** A received message that goes on to another server. */
export interface PassedOn {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly sizeBytes: number;
  readonly envelopeFrom: string;
  /** Taken with the promise of RFC 8689, which goes on with it. */
  readonly requireTls?: true | undefined;
  readonly addresses: readonly string[];
}

/** One delivery a recipient at the organisation's own server, by the same queue as everything else. */
export function deliveriesOf({ addresses, ...message }: PassedOn): NewDelivery[] {
  return addresses.map((address) => passedOn(message, address));
}

/** Under verified TLS, or it waits. */
export function passedOn(
  { organizationId, messageId, sizeBytes, envelopeFrom, requireTls }: Omit<PassedOn, 'addresses'>,
  address: string,
): NewDelivery {
  return {
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
  };
}
