import type { BounceReason } from './reason.ts';
import { reasonPhrases } from './reason-phrases.ts';

/** Where in the conversation the other server refused. */
export type RefusedAt = 'connect' | 'mail' | 'rcpt' | 'data';

/** What is known of one failure. */
export interface Failure {
  /** The words of whoever refused, as they came. */
  readonly text: string;
  /** RFC 3463, of the report or the reply. */
  readonly status: string | null;
  readonly replyCode: number | null;
  readonly refusedAt: RefusedAt | null;
  /** A program that a mailbox runs said it (`x-unix`), no mail server. */
  readonly ofProgram: boolean;
}

/** What a status says where the words say nothing (RFC 3463 §3, RFC 7372, RFC 7505). */
const statusReasons: Readonly<Record<string, BounceReason>> = {
  '1.1': 'mailbox-unknown',
  '1.2': 'host-unknown',
  '1.3': 'syntax-error',
  '1.6': 'mailbox-moved',
  '1.7': 'sender-rejected',
  '1.8': 'sender-rejected',
  '1.10': 'host-unknown',
  '2.1': 'mailbox-disabled',
  '2.2': 'mailbox-full',
  '2.3': 'too-large',
  '3.1': 'mailbox-full',
  '3.2': 'system-error',
  '3.4': 'too-large',
  '4.1': 'expired',
  '4.2': 'network-error',
  '4.3': 'network-error',
  '4.4': 'host-unknown',
  '4.6': 'network-error',
  '4.7': 'expired',
  '6.0': 'content',
  '6.1': 'content',
  '7.20': 'authentication-failed',
  '7.21': 'authentication-failed',
  '7.22': 'authentication-failed',
  '7.23': 'authentication-failed',
  '7.25': 'no-reverse-name',
  '7.26': 'authentication-failed',
  '7.27': 'sender-rejected',
};

/** Why: by the words first, then by the status, then by where in the conversation it was. */
export function classifyFailure(failure: Failure): BounceReason {
  const text = flatten(failure.text);
  const said = reasonPhrases.find(([, phrase]) => phrase.test(text))?.[0];
  if (failure.ofProgram) return said === 'mailbox-full' ? said : 'mailer-error';
  if (said !== undefined) return inContext(said, failure);
  const [, ...rest] = (failure.status ?? '').split('.');
  return statusReasons[rest.join('.')] ?? byPhase(failure);
}

/** The same words mean another thing before the recipient was named, and after the content was seen. */
function inContext(said: BounceReason, { refusedAt }: Failure): BounceReason {
  if (said === 'host-unknown' && refusedAt === 'mail') return 'sender-rejected';
  // Mailboxes whose owner filters say so only when they have seen the message.
  if (said === 'mailbox-unknown' && refusedAt === 'data') return 'filtered';
  return said;
}

function byPhase({ refusedAt, replyCode }: Failure): BounceReason {
  if (replyCode !== null && replyCode >= 500 && replyCode <= 504) return 'syntax-error';
  switch (refusedAt) {
    case 'connect':
      return 'blocked';
    case 'mail':
      return 'sender-rejected';
    case 'rcpt':
      return replyCode === 550 ? 'mailbox-unknown' : 'unknown';
    case 'data':
      return replyCode === null ? 'unknown' : 'filtered';
    case null:
      return 'unknown';
  }
}

/** One line of lower case: addresses, web addresses and the codes that lead the lines of a long reply say nothing. */
function flatten(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/https?:\/\/\S+/g, ' ')
    .replaceAll(/<?[^\s<>@]{1,64}@[\w.-]{1,255}>?/g, '<address>')
    .replaceAll(/(?<!\S)[245]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3} )?/g, ' ')
    .replaceAll(/\s+/g, ' ');
}
