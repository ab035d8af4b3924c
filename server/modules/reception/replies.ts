import { BlobError } from '#platform/blobs/index.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { MessagesError, type MessagesErrorCode } from '#modules/messages/index.ts';
import type { SendingErrorCode } from '#modules/sending/index.ts';
import { smtpReply, type SmtpReply } from '#protocols/smtp/index.ts';

export const senderAccepted = smtpReply(250, '2.1.0', 'Sender accepted');
export const recipientAccepted = smtpReply(250, '2.1.5', 'Recipient accepted');
export const storageAway = smtpReply(
  451,
  '4.3.0',
  'Storage is not reachable just now, nothing was stored; please try again',
);
export const tooManyHops = smtpReply(
  554,
  '5.4.6',
  'Too many Received fields: this message goes round in circles',
);
export const forwardedBefore = smtpReply(
  554,
  '5.4.6',
  'This address has forwarded this message before: it goes round in circles',
);
/** What we write into envelopes leads reports back to strangers; nothing else may use that way. */
export const reportsOnly = smtpReply(
  550,
  '5.7.1',
  'Only reports about mail that was forwarded are taken for this address',
);
export const severalFrom = smtpReply(550, '5.6.0', 'There is more than one field From');
export const unknownUser = smtpReply(550, '5.1.1', 'There is no such user here');
export const relayDenied = smtpReply(
  550,
  '5.7.1',
  'Relaying denied: this server does not receive mail for that domain',
);
export const notAnAddress = smtpReply(553, '5.1.3', 'Not an address that mail can be sent to');

/** RFC 3463 §3.8: 4.7.x, for it is a matter of security that it is not taken unseen. */
export const notScanned = smtpReply(
  451,
  '4.7.1',
  'The message cannot be looked at for viruses just now; please try again',
);
export const infected = smtpReply(550, '5.7.1', 'The message is infected with a virus');

export function tooLarge(limitBytes: number): SmtpReply {
  return smtpReply(552, '5.3.4', `The message is larger than the ${limitBytes} octets that are taken here`);
}

export function accepted(id: string): SmtpReply {
  return smtpReply(250, '2.0.0', `Accepted as ${id}`);
}

const contentReplies: Partial<Record<MessagesErrorCode, readonly [number, string]>> = {
  'too-large': [552, '5.3.4'],
  'invalid-message': [550, '5.6.0'],
};

/** What a sender hears when its message could not be taken in; null when the fault is ours and unexpected. */
export function replyToFailure(error: unknown): SmtpReply | null {
  if (error instanceof DatabaseUnavailable) return storageAway;
  if (error instanceof BlobError && error.code === 'blob-store-unavailable') return storageAway;
  const reply = error instanceof MessagesError ? contentReplies[error.code] : undefined;
  return reply === undefined || !(error instanceof MessagesError) ? null : smtpReply(...reply, error.message);
}

/** RFC 3463: 5.6.x is about the content, 5.1.x about addresses, 5.7.x about what is allowed. */
const refusals: Record<SendingErrorCode, readonly [number, string]> = {
  'invalid-request': [550, '5.6.0'],
  'invalid-address': [550, '5.1.3'],
  'too-large': [552, '5.3.4'],
  forbidden: [550, '5.7.1'],
  'category-not-allowed': [550, '5.7.1'],
  'not-found': [554, '5.6.0'],
  conflict: [554, '5.6.0'],
  'too-many-requests': [451, '4.7.0'],
};

export function replyToRefusal({
  code,
  reason,
}: {
  readonly code: SendingErrorCode;
  readonly reason: string;
}): SmtpReply {
  return smtpReply(...refusals[code], reason);
}
