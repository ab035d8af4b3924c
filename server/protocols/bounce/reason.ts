/** Why a message came back, in closed words. */
export type BounceReason =
  | 'mailbox-unknown' // no such mailbox
  | 'mailbox-moved' // the person is elsewhere now
  | 'host-unknown' // no such domain, or it has no mail server
  | 'mailbox-full'
  | 'mailbox-disabled' // suspended, frozen, not paid for
  | 'filtered' // refused by what the recipient chose, after the content was seen
  | 'blocked' // by the address or name of the sending server
  | 'no-reverse-name' // the sending server's address has no name
  | 'bad-reputation'
  | 'sender-rejected' // for the sender's address or domain
  | 'authentication-failed' // SPF, DKIM or DMARC
  | 'policy' // a rule of the other side, not said which
  | 'security' // TLS or sign-in wanted
  | 'relay-denied'
  | 'spam'
  | 'virus'
  | 'content' // something in the message
  | 'not-standard' // the message breaks a standard
  | 'too-large'
  | 'too-fast' // too much in a short time
  | 'too-many-connections' // or recipients at a time
  | 'expired' // tried for too long
  | 'network-error'
  | 'system-error' // at the other side
  | 'mailer-error' // a program that the mailbox runs
  | 'syntax-error' // a command or address was not understood
  | 'unknown';

const hardReasons: ReadonlySet<BounceReason> = new Set(['mailbox-unknown', 'mailbox-moved', 'host-unknown']);

/** Hard: the address will not work tomorrow either. Soft: the message failed, the address may be good. */
export type BounceWeight = 'hard' | 'soft';

export function weightOf(reason: BounceReason): BounceWeight {
  return hardReasons.has(reason) ? 'hard' : 'soft';
}
