import { statusForReply } from '#protocols/dsn/index.ts';
import {
  describeReply,
  type RecipientOutcome,
  type SmtpFailure,
  type SmtpReply,
  type UnsentReason,
} from '#protocols/smtp/index.ts';
import type { AttemptResult, ServerWords } from './outcome.ts';
import type { ReasonCode } from './reasons.ts';

/** What the other server's last word about a recipient means for the delivery. */
export function resultOfReply({ accepted, reply, phase }: RecipientOutcome): AttemptResult {
  const words = wordsOf(reply);
  if (accepted) return { kind: 'delivered', ...words };
  if (reply.code < 500) return { kind: 'deferred', because: 'server-asked-to-wait', ...words };
  return { kind: 'refused', because: refusal(reply, phase), ...words };
}

const wordsOf = (reply: SmtpReply): ServerWords => ({
  replyCode: reply.code,
  status: statusForReply(reply),
  reply: describeReply(reply),
});

/** RFC 3463: X.1.1, X.1.2, X.1.10 and X.2.1 are about the mailbox, X.3.4 and X.2.3 about size. */
function refusal({ code, enhanced }: SmtpReply, phase: RecipientOutcome['phase']): ReasonCode {
  const [, subject, detail] = (enhanced ?? '').split('.');
  const status = `${subject}.${detail}`;
  if (status === '3.4' || status === '2.3' || code === 552) return 'too-large-for-server';
  if (status === '1.1' || status === '1.2' || status === '1.10' || status === '2.1') return 'mailbox-unknown';
  if (subject === undefined && phase === 'rcpt' && code === 550) return 'mailbox-unknown';
  return 'refused-by-server';
}

export function resultOfUnsent(because: UnsentReason): AttemptResult {
  if (because === 'connection-ended') return { kind: 'deferred', because: 'connection-lost' };
  if (because === 'requiretls-not-offered') return { kind: 'weaker', because: 'portal-requiretls' };
  if (because === 'too-large') return { kind: 'refused', because: 'too-large-for-server' };
  return {
    kind: 'refused',
    because: because === '8bitmime-not-offered' ? 'not-supported-by-server' : 'address-not-supported',
  };
}

/** Why no connection fit for the message could be had from one server. */
export type OpenProblem =
  | {
      readonly kind: 'weaker';
      readonly because: Extract<ReasonCode, 'portal-tls-weaker' | 'portal-tls-refused' | 'portal-requiretls'>;
    } // it will not be better
  | ({ readonly kind: 'temporary'; readonly because: ReasonCode } & ServerWords);

export function problemOfFailure({ code, phase, reply }: SmtpFailure): OpenProblem {
  if (code === 'tls-not-offered') return { kind: 'weaker', because: 'portal-tls-refused' };
  if (code === 'tls-version' || code === 'tls-failed' || code === 'tls-unproven')
    return { kind: 'weaker', because: 'portal-tls-weaker' };
  const words = reply === null ? {} : wordsOf(reply);
  // 454 at STARTTLS (RFC 3207 §4): TLS not available just now. Waiting may help; sending without it never will.
  if (phase === 'starttls') return { kind: 'temporary', because: 'tls-needed', ...words };
  if (code === 'refused') return { kind: 'temporary', because: 'server-asked-to-wait', ...words };
  if (code === 'aborted') return { kind: 'temporary', because: 'interrupted' };
  return { kind: 'temporary', because: 'server-unreachable', ...words };
}
