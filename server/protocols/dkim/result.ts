import type { KeyProblem } from './key-record.ts';
import type { SignatureAlgorithm, SignatureProblem } from './signature.ts';

/** What became of one signature, in the words of RFC 8601 §2.7.1. */
export type DkimVerdict =
  | 'pass'
  | 'fail' // something that was signed is not what came
  | 'policy' // it may hold, but counts for nothing here
  | 'neutral' // a signature that cannot be read
  | 'temperror' // may be otherwise the next time
  | 'permerror'; // no key to verify it with

export type DkimReason =
  | SignatureProblem
  | KeyProblem
  | 'body-changed'
  | 'header-changed'
  | 'body-not-covered' // `l=` leaves the end of the body to anybody (RFC 6376 §8.2)
  | 'body-shorter-than-signed' // `l=` is larger than the body (§3.5)
  | 'expired'
  | 'signed-in-the-future'
  | 'identity-not-allowed' // `t=s` of the key and a subdomain in `i=`
  | 'wrong-key-type';

export interface DkimResult {
  readonly verdict: DkimVerdict;
  /** Null when it passed. */
  readonly reason: DkimReason | null;
  /** `d=`; null when it cannot be read. */
  readonly domain: string | null;
  readonly selector: string | null;
  readonly identity: string | null;
  readonly algorithm: SignatureAlgorithm | null;
  /** Null when no key was found. */
  readonly keyBits: number | null;
  /** The domain says that it is only testing. */
  readonly testing: boolean;
  /** The beginning of `b=`, which tells signatures of one domain apart (RFC 6008). */
  readonly signaturePrefix: string;
}

const verdicts: Record<DkimReason, Exclude<DkimVerdict, 'pass'>> = {
  'malformed-signature': 'neutral',
  'unknown-version': 'neutral',
  'unknown-algorithm': 'neutral',
  'unknown-canonicalization': 'neutral',
  'unknown-query-method': 'neutral',
  sha1: 'policy',
  'from-not-signed': 'permerror',
  'no-key': 'permerror',
  'several-keys': 'permerror',
  'malformed-key': 'permerror',
  'unknown-key-type': 'permerror',
  'key-revoked': 'permerror',
  'key-not-for-mail': 'permerror',
  'key-not-for-sha256': 'permerror',
  'key-too-short': 'policy',
  'dns-unavailable': 'temperror',
  'body-changed': 'fail',
  'header-changed': 'fail',
  'body-not-covered': 'policy',
  'body-shorter-than-signed': 'permerror',
  expired: 'policy',
  'signed-in-the-future': 'policy',
  'identity-not-allowed': 'permerror',
  'wrong-key-type': 'permerror',
};

export function verdictOf(reason: DkimReason | null): DkimVerdict {
  return reason === null ? 'pass' : verdicts[reason];
}
