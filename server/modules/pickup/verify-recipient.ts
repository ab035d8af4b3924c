import { timingSafeEqual } from 'node:crypto';
import type { OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { codeAnswered } from './audit-trail.ts';
import { noSuchOffer } from './errors.ts';
import { locked } from './events.ts';
import type { Link } from './link-store.ts';
import { isAvailable, type Offer } from './offer.ts';
import { findOffer, selectOffersOfRecipient } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { insertReceipt } from './receipt-store.ts';
import { answerCode, mintCode, requestCode, type CodeAnswer, type CodeRequest } from './verification.ts';
import { putVerification, takeVerification } from './verification-store.ts';
import { writeLetter } from './write-letter.ts';

/** Most offers whose senders are told of a lock. */
const toldOffers = 20;

const codeIndexOf = (
  ports: PickupPorts,
  organizationId: OrganizationId,
  recipientId: RecipientId,
  code: string,
): Promise<Buffer> =>
  ports.keyring.blindIndex(organizationId, 'pickup.verification.code', `${recipientId}:${code}`);

/** Mails a one-time code to the address that the link was sent to, if the rules allow one now. */
export async function startVerification(tx: Tx, ports: PickupPorts, link: Link): Promise<CodeRequest> {
  const { organizationId, recipientId } = link;
  const code = mintCode();
  const before = await takeVerification(tx, organizationId, recipientId);
  const request = requestCode(
    before,
    await codeIndexOf(ports, organizationId, recipientId, code),
    ports.clock.now(),
  );
  if (!request.granted) return request;
  await putVerification(tx, organizationId, recipientId, request.verification);
  const [offer] = await offersOf(tx, link);
  if (offer === undefined) throw noSuchOffer();
  await writeLetter(tx, ports, {
    organizationId,
    kind: 'code',
    recipientId,
    senderId: offer.senderId,
    offerId: null,
    code,
  });
  return request;
}

/** Weighs an answer. A wrong one is counted; the last one allowed locks, and tells recipient and sender. */
export async function confirmCode(
  tx: Tx,
  ports: PickupPorts,
  link: Link,
  code: string,
  ip: string,
): Promise<CodeAnswer> {
  const { organizationId, recipientId } = link;
  const before = await takeVerification(tx, organizationId, recipientId);
  const given = await codeIndexOf(ports, organizationId, recipientId, code);
  const matches = before?.codeIndex != null && timingSafeEqual(before.codeIndex, given);
  const { answer, verification } = answerCode(before, matches, ports.clock.now());
  if (verification !== undefined) await putVerification(tx, organizationId, recipientId, verification);
  await codeAnswered(ports.audit, tx, { organizationId, recipientId, answer, ip });
  if (answer === 'wrong-and-locked') await tellOfLock(tx, ports, link);
  return answer;
}

async function tellOfLock(tx: Tx, ports: PickupPorts, link: Link): Promise<void> {
  const { organizationId, recipientId } = link;
  const now = ports.clock.now();
  const offers = await offersOf(tx, link);
  const [first] = offers;
  if (first !== undefined) {
    await writeLetter(tx, ports, {
      organizationId,
      kind: 'lock-warning',
      recipientId,
      senderId: first.senderId,
      offerId: null,
    });
  }
  for (const offer of offers.filter((each) => isAvailable(each, now))) {
    await insertReceipt(tx, organizationId, { offerId: offer.offerId, kind: 'locked', occurredAt: now });
  }
  await ports.outbox.publish(tx, locked, organizationId, { recipientId, offerId: link.offerId });
}

/** What the link leads to: its own offer, or the newest ones of the recipient. */
async function offersOf(tx: Tx, { organizationId, recipientId, offerId }: Link): Promise<Offer[]> {
  if (offerId === null)
    return selectOffersOfRecipient(tx, organizationId, recipientId, { limit: toldOffers });
  const offer = await findOffer(tx, organizationId, offerId);
  return offer === undefined ? [] : [offer];
}
