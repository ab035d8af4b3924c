import type { KeyId, OrganizationId } from '#contract/ids.ts';
import type { KeyKind, KeySource, KeyStanding, KeyTrust, RevocationFinding } from '#contract/keys.ts';
import type { CipherFacts } from './content-cipher.ts';

/** What is known of a key; all of it sealed at rest. */
export interface AboutKey {
  /** In look-up form. */
  readonly address: string;
  /** Hexadecimal, upper case. OpenPGP: of the primary key; S/MIME: SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly algorithm: string;
}

/** What decides whether a key is encrypted to. */
export interface KeyState {
  readonly trust: KeyTrust;
  readonly canEncrypt: boolean;
  readonly revoked: boolean;
  /** Its issuer says so, and may end it. */
  readonly isOnHold: boolean;
  /** Null: it has no end. */
  readonly expiresAt: Date | null;
}

/** A key or certificate of an address outside. */
export interface KnownKey extends AboutKey, KeyState, CipherFacts {
  readonly organizationId: OrganizationId;
  readonly keyId: KeyId;
  readonly kind: KeyKind;
  readonly source: KeySource;
  /** Binary: OpenPGP packets, or a DER certificate. */
  readonly material: Buffer;
  readonly createdAt: Date;
  readonly seenAt: Date;
  /** Null: not asked, or OpenPGP. */
  readonly revocation: RevocationFinding | null;
}

/** Whether a key could be encrypted to at this time, and why not. */
export function standingOf(key: KeyState, now: Date): Exclude<KeyStanding, 'another-in-use'> {
  if (key.trust !== 'trusted') return key.trust;
  if (key.revoked) return 'revoked';
  if (key.isOnHold) return 'on-hold';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return key.canEncrypt ? 'in-use' : 'cannot-encrypt';
}

/** What is added for a certificate that counts; empty where its issuer says that it is good. */
export const revocationWords = {
  good: '',
  'on-hold': '',
  revoked: '',
  unknown: 'Whether it was revoked could not be found out.',
  'nowhere-to-ask': 'It names no place to ask whether it was revoked.',
} as const satisfies Record<RevocationFinding, string>;

/** In plain words, for administrators and senders. */
export const standingWords = {
  'in-use': 'Messages to this address are encrypted with it.',
  undecided: 'Known, but nobody here has decided to trust it.',
  distrusted: 'Somebody here decided never to use it.',
  expired: 'It has run out. Ask for a newer one.',
  'on-hold': 'Its issuer has put it on hold. It is used again when that ends.',
  revoked: 'It was revoked. Ask for a newer one.',
  'cannot-encrypt': 'It can sign, but nothing can be encrypted to it.',
  'another-in-use': 'A newer trusted key of the same address is used instead.',
} as const satisfies Record<KeyStanding, string>;
