import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { readFeedbackReport } from '#protocols/arf/index.ts';
import { isAutomaticReply, readBounce, type BouncedRecipient } from '#protocols/bounce/index.ts';
import { domainOf, normalizeAddress, parseHeaderSection } from '#protocols/mime/index.ts';
import { complaintReceived, deliveryReturned } from './audit-trail.ts';
import {
  findDelivery,
  findLetterId,
  moveDelivery,
  noteStep,
  selectDeliveries,
  type StoredDelivery,
} from './delivery-store.ts';
import { deliveriesFailed, deliveryStateChanged } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import { publishReports } from './publish-reports.ts';
import { reasonOfReturn } from './returned.ts';
import type { ReturnClaim } from './return-path.ts';
import { openDetail, openDsn, sealDetail, showAddress } from './sealed-columns.ts';
import { saveReturnedDetail, selectLastAttempt } from './settle-store.ts';

type Ports = Pick<DeliveryPorts, 'database' | 'keyring' | 'clock' | 'audit' | 'outbox' | 'pickup'>;

/** What became of mail that came to a signed return path. */
export type ReturnOutcome =
  | { readonly kind: 'understood' } // whatever followed is written
  | { readonly kind: 'for-sender'; readonly userId: UserId } // an answer, or nothing we understand: its sender may
  | { readonly kind: 'for-nobody' }; // the same about a letter, which no person wrote

/**
 * Takes what came to a signed return path: the deliveries that it reports on move, their senders are told. That it
 * came there is what makes it count; what it says of any other message changes nothing. `raw`: the beginning of
 * the message is enough. Resolves after the commit; twice is as once.
 */
export async function takeReturn(
  ports: Ports,
  organizationId: OrganizationId,
  claim: ReturnClaim,
  raw: Buffer,
): Promise<ReturnOutcome> {
  const header = parseHeaderSection(raw);
  const isAnswer = header.ok && isAutomaticReply(header.section);
  const complaint = isAnswer ? null : readFeedbackReport(raw);
  const bounce = isAnswer || complaint !== null ? null : readBounce(raw);
  return ports.database.inTenant(organizationId, async (tx) => {
    const deliveries = await deliveriesOf(tx, organizationId, claim);
    const [first] = deliveries;
    if (first === undefined) return { kind: 'for-nobody' };
    if (complaint !== null) {
      await complaintReceived(ports.audit, tx, organizationId, first, complaint.type);
      return { kind: 'understood' };
    }
    if (bounce === null)
      return first.sender_id === null
        ? { kind: 'for-nobody' }
        : { kind: 'for-sender', userId: first.sender_id };
    for (const recipient of bounce.recipients) {
      const delivery = await deliveryOf(ports, claim, deliveries, recipient);
      if (delivery !== undefined) await settleReturned(tx, ports, delivery, recipient);
    }
    return { kind: 'understood' };
  });
}

/** The deliveries of the conversation that the claim was made for, that which it names first. */
async function deliveriesOf(
  tx: Tx,
  organizationId: OrganizationId,
  { kind, deliveryId }: ReturnClaim,
): Promise<StoredDelivery[]> {
  const named = await findDelivery(tx, organizationId, deliveryId);
  if (named === undefined || kind === 'one') return named === undefined ? [] : [named];
  const all = await selectDeliveries(tx, organizationId, named.message_id);
  return [named, ...all.filter((each) => each.delivery_id !== deliveryId)];
}

/**
 * Whom a report means. Where there was one recipient, it is that one under whatever name: mail is forwarded. Else the
 * name decides, among those of one domain: the others have not seen this return path.
 */
async function deliveryOf(
  { keyring }: Ports,
  claim: ReturnClaim,
  deliveries: readonly StoredDelivery[],
  { address, originalAddress }: BouncedRecipient,
): Promise<StoredDelivery | undefined> {
  const [named] = deliveries;
  if (claim.kind === 'one' || named === undefined) return named;
  const wanted = new Set([address, originalAddress ?? address].map(normalizeAddress));
  const addressOf = async (each: StoredDelivery) =>
    normalizeAddress(await showAddress(keyring, each.organization_id, each.recipient_sealed));
  const domain = domainOf(await addressOf(named));
  for (const delivery of deliveries) {
    const own = await addressOf(delivery);
    if (wanted.has(own) && domainOf(own) === domain) return delivery;
  }
  return undefined;
}

async function settleReturned(
  tx: Tx,
  ports: Ports,
  delivery: StoredDelivery,
  recipient: BouncedRecipient,
): Promise<void> {
  const { organization_id: organizationId, delivery_id: deliveryId, message_id: messageId } = delivery;
  const { keyring, clock, outbox, audit } = ports;
  const dsn = await openDsn(keyring, organizationId, delivery.dsn_sealed);
  if (recipient.action === 'delayed') return; // it is still under way, as far as anybody can tell
  if (recipient.action === 'arrived') {
    if (delivery.state === 'delivered')
      await publishReports(tx, outbox, organizationId, [{ messageId, deliveryId, dsn, state: 'delivered' }]);
    return;
  }
  const to = { state: 'bounced', reason: reasonOfReturn(recipient.reason) } as const;
  if ((await moveDelivery(tx, organizationId, deliveryId, to, clock.now())) === undefined) return;
  await noteWords(tx, ports, delivery, recipient);
  await deliveryReturned(audit, tx, delivery, to.reason, recipient);
  if (delivery.sender_id === null) return noticeReturned(tx, ports, delivery);
  await outbox.publish(tx, deliveryStateChanged, organizationId, { deliveryId, messageId, state: to.state });
  await publishReports(tx, outbox, organizationId, [{ messageId, deliveryId, dsn, state: to.state }]);
}

/** The report to the sender quotes what the server further on said, and not the one that had accepted. */
async function noteWords(
  tx: Tx,
  { keyring }: Ports,
  { organization_id: organizationId, delivery_id: deliveryId }: StoredDelivery,
  { status, diagnostic }: BouncedRecipient,
): Promise<void> {
  const last = await selectLastAttempt(tx, organizationId, deliveryId);
  if (last === undefined) return;
  const before =
    last.detail_sealed === null ? {} : await openDetail(keyring, organizationId, last.detail_sealed);
  const detail = { ...before, status: status ?? '5.0.0', reply: diagnostic.slice(0, 1_000) };
  await saveReturnedDetail(tx, last, organizationId, await sealDetail(keyring, organizationId, detail));
}

/** The message still waits in the portal; its sender hears that the recipient does not know. */
async function noticeReturned(
  tx: Tx,
  { pickup, outbox, clock }: Ports,
  { organization_id: organizationId, delivery_id: noticeId }: StoredDelivery,
): Promise<void> {
  const letterId = await findLetterId(tx, organizationId, noticeId);
  const offer =
    letterId === undefined ? undefined : await pickup.letterReturned(tx, organizationId, letterId);
  if (offer === undefined) return;
  const { deliveryId, messageId } = offer;
  if (!(await noteStep(tx, organizationId, deliveryId, 'notice-failed', clock.now()))) return;
  await outbox.publish(tx, deliveriesFailed, organizationId, {
    messageId,
    deliveryIds: [deliveryId],
    noticeId,
  });
}
