import type { MessageId } from '#contract/ids.ts';
import type { BodyOf } from '#contract/endpoint.ts';
import type { replyFromPortal } from '#contract/portal.ts';
import { MessagesError, type IntakeReceipt } from '#modules/messages/index.ts';
import type { Offer, OfferAccess } from '#modules/pickup/index.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type { Tx } from '#platform/database/database.ts';
import { composeMessage, domainOf, parseHeaderSection, readEssentialHeaders } from '#protocols/mime/index.ts';
import { PortalError } from './errors.ts';
import type { PortalPorts } from './ports.ts';
import { findReply, insertReply } from './reply-store.ts';

type ReplyDraft = BodyOf<typeof replyFromPortal>;

export interface SentReply {
  readonly messageId: MessageId;
  readonly repliedAt: Date;
}

/**
 * A recipient's answer: an RFC 5322 message of its own in the thread of what it answers, placed in the
 * sender's inbox. Nothing leaves the server. `replyId`: a second try with the same id is answered as the first.
 */
export async function sendReply(
  ports: PortalPorts,
  asked: OfferAccess,
  draft: ReplyDraft,
  replyId: MessageId,
): Promise<SentReply> {
  const { organizationId } = asked;
  const ready = await ports.database.inTenant(organizationId, async (tx) => {
    const before = await findReply(tx, organizationId, replyId);
    return before ?? { ...(await participants(tx, ports, asked)), repliedAt: undefined };
  });
  if (ready.repliedAt !== undefined) return ready;
  const intake = await compose(ports, asked, ready, draft, replyId);
  const repliedAt = ports.clock.now();
  const journaling = await ports.delivery.journaling(organizationId, [
    {
      messageId: replyId,
      direction: 'incoming',
      sender: ready.recipient,
      recipients: [{ address: ready.sender.address, kind: 'to' }],
      field: null,
    },
  ]);
  try {
    await ports.database.inTenant(organizationId, async (tx) => {
      await store(tx, ports, asked, ready, intake, { replyId, repliedAt });
      for (const statement of journaling) await statement.execute(tx);
    });
    return { messageId: replyId, repliedAt };
  } catch (error) {
    // A commit whose answer was lost may have happened: then the blob belongs to a stored message.
    if (!(error instanceof DatabaseUnavailable)) await ports.messages.discard(intake);
    if (!(error instanceof MessagesError) || error.code !== 'conflict') throw error;
    // The same request came twice at the same moment.
    const first = await ports.database.inTenant(organizationId, (tx) =>
      findReply(tx, organizationId, replyId),
    );
    if (first === undefined) throw error;
    return first;
  }
}

interface Participants {
  readonly offer: Offer;
  readonly recipient: string;
  readonly sender: { readonly address: string; readonly name: string };
}

async function participants(tx: Tx, ports: PortalPorts, asked: OfferAccess): Promise<Participants> {
  const offer = await ports.pickup.available(tx, asked);
  const recipient = await ports.pickup.addressOf(tx, asked.organizationId, asked.recipientId);
  const sender = await ports.identity.getUser(tx, asked.organizationId, offer.senderId);
  if (recipient === undefined || sender === null)
    throw new PortalError('not-found', 'The sender of this message is not there any more.');
  return { offer, recipient, sender: { address: sender.email, name: sender.displayName } };
}

async function compose(
  ports: PortalPorts,
  { organizationId }: OfferAccess,
  { offer, recipient, sender }: Participants,
  draft: ReplyDraft,
  replyId: MessageId,
): Promise<IntakeReceipt> {
  const { messageSizeLimit } = await ports.organizations.settingsOf(organizationId);
  const parsed = parseHeaderSection(await ports.messages.readRaw(organizationId, offer.messageId));
  const original = parsed.ok ? readEssentialHeaders(parsed.section) : undefined;
  const answered = original?.messageId ?? undefined;
  const raw = await composeMessage({
    from: { address: recipient },
    to: [sender],
    subject: asReply(original?.subject ?? ''),
    text: draft.text,
    attachments: draft.attachments.map(({ filename, contentType, contentBase64 }) => ({
      filename,
      contentType,
      content: Buffer.from(contentBase64, 'base64'),
    })),
    messageId: `${replyId}@${domainOf(sender.address) ?? 'localhost'}`,
    // RFC 5322 §3.6.4
    ...(answered === undefined
      ? {}
      : { inReplyTo: answered, references: [...(original?.references ?? []), answered] }),
    date: ports.clock.now(),
  });
  return ports.messages.fromRaw(organizationId, raw, { limitBytes: messageSizeLimit });
}

async function store(
  tx: Tx,
  ports: PortalPorts,
  asked: OfferAccess,
  { offer }: Participants,
  intake: IntakeReceipt,
  { replyId, repliedAt }: { replyId: MessageId; repliedAt: Date },
): Promise<void> {
  const { organizationId } = asked;
  const [summary] = await ports.messages.summaries(tx, [offer.messageId]);
  const category = summary?.category ?? 'administrative';
  await ports.messages.store(tx, [
    { messageId: replyId, organizationId, intake, direction: 'inbound', category },
  ]);
  await ports.mailbox.place(tx, [
    {
      organizationId,
      userId: offer.senderId,
      messageId: replyId,
      role: 'inbox',
      receivedAt: repliedAt,
      arrival: { how: 'portal' },
    },
  ]);
  await insertReply(tx, organizationId, {
    messageId: replyId,
    offerId: offer.offerId,
    recipientId: asked.recipientId,
    repliedAt,
  });
  await ports.pickup.reply(tx, asked, replyId);
}

const asReply = (subject: string): string => (/^re:/i.test(subject) ? subject : `Re: ${subject}`);
