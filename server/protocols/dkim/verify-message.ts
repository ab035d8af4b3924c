import type { TxtResolver } from '#protocols/dns/index.ts';
import { BodyHashes } from './body-hashes.ts';
import type { FoundKey } from './key-record.ts';
import { verdictOf, type DkimReason, type DkimResult } from './result.ts';
import { parseSignature, type DkimSignature } from './signature.ts';
import { bodyClaimOf, checkBody, checkHeader, findKey, type RawHeader } from './verify-signature.ts';

/** Signatures of one message that are looked at, from the top; more would only cost us time (RFC 6376 §8.4). */
export const mostSignatures = 8;

/** A clock may be wrong by this many seconds before a signature counts as made in the future. */
const clockSkew = 600;

export interface DkimVerification {
  /** The body's bytes, in order, in pieces of any size. */
  write(chunk: Buffer): void;
  /** After the last byte. One result a signature, from the top; empty for unsigned mail. Never rejects if `dns` does not. */
  finish(): Promise<DkimResult[]>;
}

export interface VerifyOptions {
  readonly dns: TxtResolver;
  readonly now: Date;
  /** Shared with others who hash the same body, who then also write to it. Default: own ones. */
  readonly hashes?: BodyHashes;
}

/**
 * Verifies the signatures of a message whose header section is complete (RFC 6376 §6). Keys are looked up and the
 * header checked while the body comes in; a signature that is known not to hold costs no hashing.
 */
export function verifyMessage(header: RawHeader, { dns, now, hashes }: VerifyOptions): DkimVerification {
  const bodies = hashes ?? new BodyHashes();
  const fields = header.section.fields.filter(({ key }) => key === 'dkim-signature').slice(0, mostSignatures);
  const keys = new Map<string, Promise<FoundKey>>();
  const started = fields.map((field) => {
    const parsed = parseSignature(field);
    if (!parsed.ok) return () => Promise.resolve(failed(parsed.problem, parsed.domain));
    const { signature } = parsed;
    const early = checkTimes(signature, now);
    if (early !== null) return () => Promise.resolve(describe(signature, early, null));
    bodies.need(bodyClaimOf(signature));
    const name = `${signature.selector} ${signature.domain}`;
    const key = keys.get(name) ?? findKey(dns, signature);
    keys.set(name, key);
    const checked = key.then((found) => checkHeader(header, field, signature, found));
    return async () => {
      const body = checkBody(bodies, signature);
      const { reason, key: used } = await checked;
      return describe(signature, reason ?? checkIdentity(signature, used) ?? body, used);
    };
  });
  return {
    write: (chunk) => bodies.write(chunk),
    finish: () => Promise.all(started.map((finish) => finish())),
  };
}

function checkTimes({ signedAt, expiresAt }: DkimSignature, now: Date): DkimReason | null {
  const seconds = now.getTime() / 1000;
  if (expiresAt !== null && expiresAt < seconds) return 'expired';
  return signedAt !== null && signedAt > seconds + clockSkew ? 'signed-in-the-future' : null;
}

function checkIdentity(
  { identity, domain }: DkimSignature,
  key: { readonly exactDomain: boolean } | null,
): DkimReason | null {
  return key?.exactDomain === true && !identity.endsWith(`@${domain}`) ? 'identity-not-allowed' : null;
}

function describe(
  { domain, selector, identity, algorithm, signature }: DkimSignature,
  reason: DkimReason | null,
  key: { readonly bits: number; readonly testing: boolean } | null,
): DkimResult {
  return {
    verdict: verdictOf(reason),
    reason,
    domain,
    selector,
    identity,
    algorithm,
    keyBits: key?.bits ?? null,
    testing: key?.testing ?? false,
    signaturePrefix: signature.toString('base64').slice(0, 8),
  };
}

function failed(reason: DkimReason, domain: string | null): DkimResult {
  return {
    verdict: verdictOf(reason),
    reason,
    domain,
    selector: null,
    identity: null,
    algorithm: null,
    keyBits: null,
    testing: false,
    signaturePrefix: '',
  };
}
