import type { CertificateVerdict, TlsEvidence } from '#contract/protection.ts';
import type { AddressProblem } from './choice.ts';
import type { NoTlsReason } from './tls-level.ts';

// What a nurse reads. Short, without the names of machines; those are in the evidence.

export const addressProblemWords = {
  'unknown-here': 'Nobody here has this address. Check it before you send.',
  'no-such-domain': 'There is no such domain. Check the address before you send.',
  'takes-no-mail': 'This domain takes no email. Check the address before you send.',
} as const satisfies Record<AddressProblem, string>;

export const directWords = {
  internal: 'A mailbox on this server: the message does not leave it.',
  'tls-dane': 'Their mail server encrypts, and signed DNS records of theirs prove that it is theirs.',
  'tls-sts': 'Their mail server encrypts, proves who it is, and their own published policy names it.',
  'tls-verified': 'Their mail server encrypts and proves who it is.',
  'tls-opportunistic':
    'Their mail server encrypts, but cannot prove who it is. Your organisation allows this.',
  ownServer: "Goes on to the organisation's own mail server, which must prove who it is.",
  remembered:
    'Their mail server did not answer just now. It has proved who it is before, and must do so again before anything is sent.',
} as const;

const noTlsWords = {
  'no-such-domain': addressProblemWords['no-such-domain'],
  'takes-no-mail': addressProblemWords['takes-no-mail'],
  'dns-failed': 'It could not be found out which mail server is theirs.',
  'no-answer': 'Their mail server did not answer.',
  'not-in-policy': 'Their own published policy does not name the mail server that was found.',
  'dnssec-failed': 'The signed records that prove their mail server are wrong or could not be had.',
  'dane-mismatch': 'Their mail server shows another certificate than their signed records name.',
  'dane-gone': 'Signed records proved their mail server before and no longer do, which is suspicious.',
  'worse-than-before': 'Their mail server protects mail worse than it did before, which is suspicious.',
  outdated: 'Their mail server offers only broken or outdated encryption.',
  unencrypted: 'Their mail server does not encrypt.',
} as const satisfies Record<NoTlsReason, string>;

const certificateWords = {
  verified: 'Their mail server could not prove who it is.',
  'self-signed': 'Their mail server encrypts, but made its certificate itself and so cannot prove who it is.',
  untrusted: 'Their mail server encrypts, but its certificate comes from an authority that is not trusted.',
  expired: 'Their mail server encrypts, but its certificate has run out.',
  'not-yet-valid': 'Their mail server encrypts, but its certificate is not valid yet.',
  revoked: 'Their mail server encrypts, but its certificate was revoked.',
  'name-mismatch': 'Their mail server encrypts, but its certificate is for another name.',
  missing: 'Their mail server encrypts, but shows no certificate.',
} as const satisfies Record<CertificateVerdict, string>;

/** Why signed DNS proves nothing of their servers. */
export function daneMissing({ daneOff, hosts }: TlsEvidence): string {
  if (daneOff !== undefined) return daneOffWords[daneOff];
  return hosts.some(({ dane }) => dane === 'unusable')
    ? 'They publish signed records about their mail server, but of a kind that proves nothing.'
    : 'They publish no signed records that prove their mail servers.';
}

const daneOffWords = {
  'not-on-loopback': 'This server does not look for DANE records: it has no validating resolver of its own.',
  'known-bad-accepted':
    'This server does not look for DANE records: its resolver accepts what is wrongly signed.',
  'known-good-unproven':
    'This server does not look for DANE records: its resolver does not say what is signed.',
  'no-answer': 'This server does not look for DANE records: its resolver could not be tested yet.',
} as const satisfies Record<NonNullable<TlsEvidence['daneOff']>, string>;

/** A key is known, and the way to its owner is open to everybody. */
export function keyNeedsTls(why: string): string {
  return `${why} Even what is encrypted to their key is not sent over such a connection.`;
}

/** Why TLS is not enough, or not there. */
export function noTlsReason(because: NoTlsReason): string {
  return noTlsWords[because];
}

/** Why an encrypted connection proves nothing: the worst certificate of the servers that would be used. */
export function unprovenReason(evidence: TlsEvidence): string {
  const unproven = evidence.hosts.find((host) => host.connection === 'encrypted');
  return certificateWords[unproven?.certificate?.verdict ?? 'missing'];
}

/** The reason for a pick-up: why not directly, and what happens instead. */
export function pickUpReason(why: string): string {
  return `${why} They pick the message up securely instead.`;
}
