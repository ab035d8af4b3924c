import type { DeliveryId, MessageId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { domainOf } from '#protocols/mime/index.ts';
import type { NewDelivery, Onward } from './delivery.ts';
import type { StoredDelivery } from './delivery-store.ts';
import type { DeliveryPorts } from './ports.ts';
import { openReturnPath, showAddress } from './sealed-columns.ts';

/** Who hears what became of a delivery, and how. */
export interface ReportTo {
  readonly address: string;
  /** Whose mailbox here it goes into; null: it is sent. */
  readonly userId: UserId | null;
  /** In whose name it is given. */
  readonly ourDomain: string | null;
}

/**
 * A user's report goes into their mailbox, or on to the organisation's own server where their mail is there. What was
 * passed on came from a stranger, who is told by mail; of what was forwarded only where it is proven that it was theirs:
 * senders of unwanted mail are mostly made up. Null: nobody, for it is a report itself (RFC 5321 §6.1).
 */
export async function reportTo(
  tx: Tx,
  { keyring, identity, domains }: Pick<DeliveryPorts, 'keyring' | 'identity' | 'domains'>,
  delivery: StoredDelivery,
  onward: Onward | null,
): Promise<ReportTo | null> {
  const { organization_id: organizationId, sender_id: senderId } = delivery;
  const returnPath = await openReturnPath(keyring, organizationId, delivery.return_path_sealed).catch(
    () => '',
  );
  if (senderId === null) {
    if (onward?.kind === 'forwarding')
      return onward.reportTo === null
        ? null
        : { address: onward.reportTo, userId: null, ourDomain: domainOf(onward.address) };
    if (returnPath === '') return null;
    const recipient = await showAddress(keyring, organizationId, delivery.recipient_sealed);
    return { address: returnPath, userId: null, ourDomain: domainOf(recipient) };
  }
  const sender = await identity.getUser(tx, organizationId, senderId);
  if (sender === null) return null;
  const address = returnPath === '' ? sender.email : returnPath;
  const ourDomain = domainOf(address);
  const served = ourDomain === null ? null : await domains.findByName(ourDomain);
  const isElsewhere = served?.organizationId === organizationId && served.destination !== null;
  return isElsewhere
    ? { address, userId: null, ourDomain }
    : { address: sender.email, userId: sender.userId, ourDomain: domainOf(sender.email) };
}

/**
 * A report on its way out: from the empty sender, and never in the clear, for it quotes the header. What came with
 * REQUIRETLS is reported with it (RFC 8689 §5).
 */
export function reportDelivery(
  {
    organization_id: organizationId,
    require_tls: requireTls,
  }: Pick<StoredDelivery, 'organization_id' | 'require_tls'>,
  messageId: MessageId,
  address: string,
  sizeBytes: number,
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
    returnPath: '',
    sizeBytes,
    category: 'administrative',
    protection: 'tls-opportunistic',
    offerDays: 0,
    state: 'queued',
    reason: 'waiting-to-send',
  };
}
