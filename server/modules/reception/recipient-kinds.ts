import type { Recipient } from '#modules/sending/index.ts';
import type { IntakeReceipt } from '#modules/messages/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { SmtpTransaction } from '#protocols/smtp/index.ts';

/** Who of the envelope stands in To, who in Cc; everybody else is a blind copy. Each address once. */
export function recipientsOf(
  { parameters: { ret, envelopeId }, recipients }: Pick<SmtpTransaction, 'parameters' | 'recipients'>,
  { to, cc }: IntakeReceipt['headers'],
): Recipient[] {
  const inTo = new Set(to.map(({ address }) => normalizeAddress(address)));
  const inCc = new Set(cc.map(({ address }) => normalizeAddress(address)));
  const unique = new Map(recipients.map((each) => [normalizeAddress(each.mailbox.address), each]));
  return [...unique].map(([key, { mailbox, parameters: asked }]) => {
    const isAsked = Object.values({ ...asked, ret, envelopeId }).some((value) => value !== null);
    return {
      address: mailbox.address,
      kind: inTo.has(key) ? 'to' : inCc.has(key) ? 'cc' : 'bcc',
      ...(isAsked ? { dsn: { ...asked, ret, envelopeId } } : {}),
    };
  });
}
