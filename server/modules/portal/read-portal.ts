import type { OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { AnswerOf } from '#contract/endpoint.ts';
import type { getPortalInbox, getPortalMessage } from '#contract/portal.ts';
import { stateOf, type OfferAccess } from '#modules/pickup/index.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import { PortalError } from './errors.ts';
import type { PortalPorts } from './ports.ts';
import { selectReplies } from './reply-store.ts';

type Inbox = AnswerOf<typeof getPortalInbox>;
type Message = AnswerOf<typeof getPortalMessage>;

/** All that was offered to this recipient, newest first. What has ended shows that it was there, and nothing of it. */
export async function readInbox(
  ports: PortalPorts,
  organizationId: OrganizationId,
  recipientId: RecipientId,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Inbox> {
  return ports.database.inTenant(organizationId, async (tx) => {
    const before = cursor === undefined ? undefined : readPosition(cursor);
    const offers = await ports.pickup.listFor(tx, organizationId, recipientId, { before, limit: limit + 1 });
    const page = offers.slice(0, limit);
    const summaries = new Map(
      (
        await ports.messages.summaries(
          tx,
          page.map(({ messageId }) => messageId),
        )
      ).map((each) => [each.messageId, each]),
    );
    const now = ports.clock.now();
    const last = page.at(-1);
    return {
      items: page.map((offer) => {
        const state = stateOf(offer, now);
        const summary = summaries.get(offer.messageId);
        const [from] = summary?.from ?? [];
        const ended = state === 'expired' || state === 'revoked';
        return {
          offerId: offer.offerId,
          subject: ended ? null : (summary?.subject ?? null),
          from: from === undefined ? '' : from.name === '' ? from.address : from.name,
          offeredAt: offer.offeredAt.toISOString(),
          availableUntil: offer.expiresAt.toISOString(),
          state,
          hasAttachment: !ended && summary?.hasAttachment === true,
        };
      }),
      nextCursor:
        offers.length > limit && last !== undefined
          ? writeTimeCursor({ at: last.offeredAt, id: last.offerId })
          : null,
    };
  });
}

/** One message. Records the access; opening it is another call, since reading by a program is none. */
export async function readMessage(ports: PortalPorts, asked: OfferAccess): Promise<Message> {
  const { offer, replies } = await ports.database.inTenant(asked.organizationId, async (tx) => {
    const found = await ports.pickup.read(tx, asked);
    return { offer: found, replies: await selectReplies(tx, asked.organizationId, asked.offerId) };
  });
  const content = await ports.messages.readContent(asked.organizationId, offer.messageId);
  return {
    offerId: offer.offerId,
    subject: content.subject,
    from: content.from,
    to: content.to,
    cc: content.cc,
    sentAt: content.date ?? offer.offeredAt.toISOString(),
    availableUntil: offer.expiresAt.toISOString(),
    state: stateOf(offer, ports.clock.now()),
    text: content.text,
    html: content.html,
    attachments: content.attachments,
    replies: replies.map(({ messageId, repliedAt }) => ({ messageId, repliedAt: repliedAt.toISOString() })),
  };
}

function readPosition(cursor: string): { offeredAt: Date; offerId: OfferId } {
  const position = readTimeCursor(cursor);
  if (position === undefined) throw new PortalError('not-found', 'There is no such page.');
  return { offeredAt: position.at, offerId: position.id as OfferId };
}
