import type { MessageId } from '#contract/ids.ts';
import type { MessageDraft } from '#contract/sending.ts';
import { composeMessage, domainOf, normalizeAddress, parseMessageIds } from '#protocols/mime/index.ts';
import type { Recipient, Sender } from './command.ts';
import { SendingError } from './errors.ts';

export const recipientsOf = ({ to, cc, bcc }: Pick<MessageDraft, 'to' | 'cc' | 'bcc'>): Recipient[] => [
  ...to.map((address) => ({ address, kind: 'to' as const })),
  ...cc.map((address) => ({ address, kind: 'cc' as const })),
  ...bcc.map((address) => ({ address, kind: 'bcc' as const })),
];

/**
 * A draft as RFC 5322. The name is always the sender's own, the address one of theirs; Bcc is envelope only.
 * Throws SendingError 'forbidden' for another's address.
 */
export async function composeDraft(
  draft: MessageDraft,
  sender: Pick<Sender, 'address' | 'displayName'>,
  ownAddresses: readonly string[],
  messageId: MessageId,
  date: Date,
): Promise<{ raw: Buffer; from: string }> {
  const from =
    draft.from === undefined
      ? sender.address
      : ownAddresses.find((own) => normalizeAddress(own) === normalizeAddress(draft.from ?? ''));
  if (from === undefined) throw new SendingError('forbidden', 'The sender address is not one of yours.');
  const answered = draft.inReplyTo === undefined ? [] : parseMessageIds(draft.inReplyTo);
  const raw = await composeMessage({
    from: { name: sender.displayName, address: from },
    to: draft.to.map((address) => ({ address: address.trim() })),
    cc: draft.cc.map((address) => ({ address: address.trim() })),
    subject: draft.subject,
    ...(draft.text === undefined ? {} : { text: draft.text }),
    ...(draft.html === undefined ? {} : { html: draft.html }),
    attachments: draft.attachments.map(({ filename, contentType, contentBase64 }) => ({
      filename,
      contentType,
      content: Buffer.from(contentBase64, 'base64'),
    })),
    messageId: `${messageId}@${domainOf(from) ?? 'localhost'}`,
    ...(answered[0] === undefined ? {} : { inReplyTo: answered[0], references: answered }),
    date,
  });
  return { raw, from };
}
