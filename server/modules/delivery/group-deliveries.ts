import type { Protection } from '#contract/protection.ts';
import type { ClaimedDelivery, Onward } from './delivery.ts';

/** Recipients that can share one conversation: one message, one destination, one protection, one return path, on one account. */
export interface DeliveryGroup {
  readonly organizationId: ClaimedDelivery['organizationId'];
  readonly messageId: ClaimedDelivery['messageId'];
  readonly domain: string;
  readonly domainIndex: Buffer;
  /** Where its deliveries were queued for. */
  readonly destination: string;
  readonly priority: number;
  readonly urged: boolean;
  readonly protection: ClaimedDelivery['protection'];
  readonly returnPath: string;
  /** On whose account it goes on, where that is what it does. */
  readonly onward: Onward | null;
  /** Of the message. */
  readonly sizeBytes: number;
  /** At most 100, which every server takes (RFC 5321 §4.5.3.1.8). */
  readonly deliveries: readonly ClaimedDelivery[];
}

const mostRecipients = 100;

/** Encrypted for each recipient by itself: ciphertext names the keys that it is for, and with them blind copies. */
export function isEncryptedToKey(protection: Protection): protection is 'openpgp' | 'smime' {
  return protection === 'openpgp' || protection === 'smime';
}

export function groupDeliveries(claimed: readonly ClaimedDelivery[]): DeliveryGroup[] {
  const groups = Map.groupBy(
    claimed,
    ({ organizationId, messageId, domain, protection, returnPath, onward, deliveryId }) =>
      JSON.stringify([
        organizationId,
        messageId,
        domain,
        protection,
        returnPath,
        onward ?? null,
        isEncryptedToKey(protection) ? deliveryId : null,
      ]),
  );
  return [...groups.values()].flatMap((deliveries) => {
    const parts: DeliveryGroup[] = [];
    for (let start = 0; start < deliveries.length; start += mostRecipients) {
      const part = deliveries.slice(start, start + mostRecipients);
      const [first] = part;
      if (first === undefined) continue;
      const { organizationId, messageId, domain, protection, returnPath, sizeBytes } = first;
      parts.push({
        organizationId,
        messageId,
        domain,
        domainIndex: first.domainIndex,
        destination: first.destination,
        priority: first.priority,
        urged: part.some(({ urged }) => urged),
        protection,
        returnPath,
        onward: first.onward ?? null,
        sizeBytes,
        deliveries: part,
      });
    }
    return parts;
  });
}
