import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Answer } from '#protocols/dns/index.ts';
import { parseTagList, readBase64, splitList } from './tag-list.ts';

/** A public key as its domain published it at `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1). */
export interface DkimKey {
  readonly type: 'rsa' | 'ed25519';
  readonly key: KeyObject;
  /** Of an RSA modulus; 256 for Ed25519. */
  readonly bits: number;
  /** `t=y`: the domain tests; what fails must not be treated worse than unsigned mail. */
  readonly testing: boolean;
  /** `t=s`: `i=` may not name a subdomain. */
  readonly exactDomain: boolean;
}

/** Why there is no key to verify with. */
export type KeyProblem =
  | 'no-key' // no such record
  | 'several-keys' // §3.6.2.2 leaves open which one counts, so none does
  | 'malformed-key'
  | 'unknown-key-type'
  | 'key-revoked' // `p=` is empty
  | 'key-not-for-mail' // `s=` names other services
  | 'key-not-for-sha256' // `h=` names other hashes
  | 'key-too-short' // RFC 8301 §3.2: below 1024 bits
  | 'dns-unavailable'; // may be there the next time

export type FoundKey =
  | { readonly ok: true; readonly key: DkimKey }
  | { readonly ok: false; readonly problem: KeyProblem };

/**
 * What was read of an answer, for as long as a resolver gives the same one: making a key of its bytes costs more than
 * verifying with it.
 */
const alreadyRead = new WeakMap<Answer<string>, FoundKey>();

/** Reads what the DNS answered for the name of a key. */
export function readKeyAnswer(answer: Answer<string>): FoundKey {
  const known = alreadyRead.get(answer);
  if (known !== undefined) return known;
  const found = findInAnswer(answer);
  alreadyRead.set(answer, found);
  return found;
}

function findInAnswer(answer: Answer<string>): FoundKey {
  if (answer.kind === 'temporary') return { ok: false, problem: 'dns-unavailable' };
  if (answer.kind !== 'found') return { ok: false, problem: 'no-key' };
  // Domains with a wildcard TXT record have others there as well: what has no p= is none of ours.
  const keys = answer.records.filter((record) => /(?:^|;)\s*p\s*=/.test(record));
  const [record] = keys;
  if (record === undefined)
    return { ok: false, problem: answer.records.length > 0 ? 'malformed-key' : 'no-key' };
  return keys.length > 1 ? { ok: false, problem: 'several-keys' } : parseKeyRecord(record);
}

/** Reads one key record. */
export function parseKeyRecord(record: string): FoundKey {
  const refuse = (problem: KeyProblem): FoundKey => ({ ok: false, problem });
  const tags = parseTagList(record);
  if (tags === null) return refuse('malformed-key');
  const [first] = tags.keys();
  if (tags.has('v') && (first !== 'v' || tags.get('v') !== 'DKIM1')) return refuse('malformed-key');
  const type = tags.get('k') ?? 'rsa';
  if (type !== 'rsa' && type !== 'ed25519') return refuse('unknown-key-type');
  const hashes = tags.get('h');
  if (hashes !== undefined && !splitList(hashes).includes('sha256')) return refuse('key-not-for-sha256');
  const services = splitList(tags.get('s') ?? '*');
  if (!services.includes('*') && !services.includes('email')) return refuse('key-not-for-mail');
  const bytes = readBase64(tags.get('p') ?? '');
  if (bytes === null || !tags.has('p')) return refuse('malformed-key');
  if (bytes.length === 0) return refuse('key-revoked');
  const key = type === 'rsa' ? readRsaKey(bytes) : readEd25519Key(bytes);
  if (key === null) return refuse('malformed-key');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 256;
  if (type === 'rsa' && bits < 1024) return refuse('key-too-short');
  const flags = splitList(tags.get('t') ?? '');
  return {
    ok: true,
    key: { type, key, bits, testing: flags.includes('y'), exactDomain: flags.includes('s') },
  };
}

/** A SubjectPublicKeyInfo, as everybody publishes, or an RSAPublicKey, as RFC 6376 §3.6.1 says. */
function readRsaKey(der: Buffer): KeyObject | null {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const key = createPublicKey({ key: der, format: 'der', type });
      return key.asymmetricKeyType === 'rsa' ? key : null;
    } catch {
      continue;
    }
  }
  return null;
}

/** RFC 8410 §4: what stands before the 32 bytes of a key in a SubjectPublicKeyInfo. */
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The 32 bytes themselves (RFC 8463 §4.2). */
function readEd25519Key(bytes: Buffer): KeyObject | null {
  if (bytes.length !== 32) return null;
  try {
    return createPublicKey({ key: Buffer.concat([ed25519Prefix, bytes]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
