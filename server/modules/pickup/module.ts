import type { MessageId, OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { extendOffer, remindOfOffer, revokeOffer, type OfferChange } from './change-offer.ts';
import { offered } from './events.ts';
import { expireOffers } from './expire-offers.ts';
import type { LetterId, LetterToSend, SettledLetter } from './letter.ts';
import { findLetter, settleLetter } from './letter-store.ts';
import { findLink, type Link } from './link-store.ts';
import { readTenantToken } from './tenant-token.ts';
import type { Offer } from './offer.ts';
import { offerMessages, type NewOffer } from './offer-messages.ts';
import { findOffer, selectOffersOfMessage, selectOffersOfRecipient } from './offer-store.ts';
import { selectLocks, selectOverviews, type OfferOverview } from './offer-overview.ts';
import type { PickupPorts } from './ports.ts';
import { insertReceipt, selectReceipts, type OfferReceipt } from './receipt-store.ts';
import { addressOf } from './recipient-store.ts';
import { mailNewLink, requestAccess } from './request-access.ts';
import {
  availableOffer,
  downloadFromOffer,
  openOffer,
  readOffer,
  replyToOffer,
  type OfferAccess,
} from './use-offer.ts';
import type { CodeAnswer, CodeRequest } from './verification.ts';
import { confirmCode, startVerification } from './verify-recipient.ts';
import { writeNotice } from './write-notice.ts';

export interface PickupModule {
  /** Lets one message wait for one recipient. */
  offer(tx: Tx, offer: NewOffer): Promise<OfferId>;
  /** The same for many of one organisation, set-based; ids in the order given. */
  offerMany(tx: Tx, offers: readonly NewOffer[]): Promise<OfferId[]>;
  findOffer(tx: Tx, organizationId: OrganizationId, offerId: OfferId): Promise<Offer | undefined>;
  offersOfMessage(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<Offer[]>;
  /** For those of the messages that are offered to anybody. */
  overviewsOf(
    tx: Tx,
    organizationId: OrganizationId,
    messageIds: readonly MessageId[],
  ): Promise<OfferOverview[]>;
  /** Until when wrong codes keep everybody out; recipients who can get in are not in it. */
  locksOf(
    tx: Tx,
    organizationId: OrganizationId,
    recipientIds: readonly RecipientId[],
  ): Promise<Map<RecipientId, Date>>;
  receiptsOf(tx: Tx, organizationId: OrganizationId, offerIds: readonly OfferId[]): Promise<OfferReceipt[]>;

  revoke(tx: Tx, change: OfferChange): Promise<void>;
  extend(tx: Tx, change: OfferChange, expiresAt: Date): Promise<void>;
  remind(tx: Tx, change: OfferChange): Promise<{ waitSeconds: number }>;

  /** What a link leads to, or led to. Changes nothing; undefined for whatever is no link of ours. */
  findByLinkToken(token: string): Promise<Link | undefined>;
  addressOf(tx: Tx, organizationId: OrganizationId, recipientId: RecipientId): Promise<string | undefined>;
  startVerification(tx: Tx, link: Link): Promise<CodeRequest>;
  confirmCode(tx: Tx, link: Link, code: string, ip: string): Promise<CodeAnswer>;
  requestAccess(tx: Tx, organizationId: OrganizationId, address: string): Promise<void>;
  /** Mails a new link to the mailbox that this one was sent to. */
  renewLink(tx: Tx, link: Link): Promise<void>;

  /** A recipient's offers, newest first. */
  listFor(
    tx: Tx,
    organizationId: OrganizationId,
    recipientId: RecipientId,
    page: { before?: { offeredAt: Date; offerId: OfferId } | undefined; limit: number },
  ): Promise<Offer[]>;
  /** These four throw PickupError 'not-found' for what is not this recipient's, 'gone' for what has ended. */
  read(tx: Tx, asked: OfferAccess): Promise<Offer>;
  available(tx: Tx, asked: OfferAccess): Promise<Offer>;
  open(tx: Tx, asked: OfferAccess): Promise<void>;
  download(tx: Tx, asked: OfferAccess, partId: string): Promise<Offer>;
  reply(tx: Tx, asked: OfferAccess, replyId: MessageId): Promise<void>;

  letterToSend(tx: Tx, organizationId: OrganizationId, letterId: LetterId): Promise<LetterToSend | undefined>;
  /** Delivery has ended with a letter: its content, link and code with it, is destroyed. Undefined when it was settled before. */
  letterSettled(
    tx: Tx,
    organizationId: OrganizationId,
    letterId: LetterId,
    arrived: boolean,
  ): Promise<SettledLetter | undefined>;

  /** A letter that had been accepted came back; answers the offer that it announced, if that still waits. */
  letterReturned(tx: Tx, organizationId: OrganizationId, letterId: LetterId): Promise<SettledLetter['offer']>;

  readonly loops: Loop[];
}

export function createPickupModule(ports: PickupPorts): PickupModule {
  const { keyring, clock, outbox, database, messages, log } = ports;

  outbox.subscribe(offered, 'pickup.write-notice', async (tx, { organizationId, data }) => {
    const offer = await findOffer(tx, organizationId, data.offerId);
    if (offer !== undefined) await writeNotice(tx, ports, offer, 'notice');
  });

  return {
    async offer(tx, offer) {
      const [offerId] = await offerMessages(tx, ports, [offer]);
      if (offerId === undefined) throw new Error('An offer was not written');
      return offerId;
    },
    offerMany: (tx, offers) => offerMessages(tx, ports, offers),
    findOffer: (tx, organizationId, offerId) => findOffer(tx, organizationId, offerId),
    offersOfMessage: selectOffersOfMessage,
    overviewsOf: (tx, organizationId, messageIds) =>
      selectOverviews(tx, organizationId, messageIds, clock.now()),
    locksOf: (tx, organizationId, recipientIds) => selectLocks(tx, organizationId, recipientIds, clock.now()),
    receiptsOf: selectReceipts,
    revoke: (tx, change) => revokeOffer(tx, ports, change),
    extend: (tx, change, expiresAt) => extendOffer(tx, ports, change, expiresAt),
    remind: (tx, change) => remindOfOffer(tx, ports, change),
    async findByLinkToken(token) {
      const read = readTenantToken(token);
      if (read === undefined) return undefined;
      return database.inTenant(read.organizationId, (tx) =>
        findLink(tx, read.organizationId, read.digest, clock.now()),
      );
    },
    addressOf: (tx, organizationId, recipientId) => addressOf(tx, keyring, organizationId, recipientId),
    startVerification: (tx, link) => startVerification(tx, ports, link),
    confirmCode: (tx, link, code, ip) => confirmCode(tx, ports, link, code, ip),
    requestAccess: (tx, organizationId, address) => requestAccess(tx, ports, organizationId, address),
    renewLink: (tx, link) => mailNewLink(tx, ports, link),
    listFor: selectOffersOfRecipient,
    read: (tx, asked) => readOffer(tx, ports, asked),
    available: (tx, asked) => availableOffer(tx, ports, asked),
    open: (tx, asked) => openOffer(tx, ports, asked),
    download: (tx, asked, partId) => downloadFromOffer(tx, ports, asked, partId),
    reply: (tx, asked, replyId) => replyToOffer(tx, ports, asked, replyId),
    async letterToSend(tx, organizationId, letterId) {
      const letter = await findLetter(tx, organizationId, letterId);
      if (letter === undefined) return undefined;
      const address = await addressOf(tx, keyring, organizationId, letter.recipientId);
      return address === undefined ? undefined : { ...letter, address };
    },
    async letterSettled(tx, organizationId, letterId, arrived) {
      const letter = await findLetter(tx, organizationId, letterId);
      const now = clock.now();
      if (letter === undefined || !(await settleLetter(tx, organizationId, letterId, arrived, now)))
        return undefined;
      await messages.destroyContent(tx, letter.messageId, {
        because: 'expired',
        actor: { kind: 'system', part: 'pickup' },
      });
      const offer = letter.offerId === null ? undefined : await findOffer(tx, organizationId, letter.offerId);
      if (offer === undefined) return { kind: letter.kind, offer: undefined };
      await insertReceipt(tx, organizationId, {
        offerId: offer.offerId,
        kind: arrived ? 'noticed' : 'notice-failed',
        occurredAt: now,
      });
      return { kind: letter.kind, offer };
    },
    async letterReturned(tx, organizationId, letterId) {
      const letter = await findLetter(tx, organizationId, letterId);
      if (letter === undefined || letter.offerId === null) return undefined;
      const offer = await findOffer(tx, organizationId, letter.offerId);
      if (offer === undefined) return undefined;
      await insertReceipt(tx, organizationId, {
        offerId: offer.offerId,
        kind: 'notice-failed',
        occurredAt: clock.now(),
      });
      return offer;
    },
    loops: [createLoop({ name: 'pickup.expiry', everyMs: 60_000, runOnce: () => expireOffers(ports), log })],
  };
}
