import type { HeaderSection } from '#protocols/mime/index.ts';
import type { TxtResolver } from '#protocols/dns/index.ts';
import type { BodyClaim, BodyHashes } from './body-hashes.ts';
import { canonicalizeField, canonicalizeOwnField } from './canonicalize-field.ts';
import { readKeyAnswer, type DkimKey, type FoundKey } from './key-record.ts';
import type { DkimReason } from './result.ts';
import { selectFields } from './select-fields.ts';
import type { MessageSignature, Signer } from './signature.ts';
import { verifyBytes } from './verify-bytes.ts';

/** The header section of a message: its bytes, and where each field is in them. */
export interface RawHeader {
  readonly raw: Buffer;
  readonly section: HeaderSection;
}

export function rawField({ raw }: RawHeader, { start, end }: { start: number; end: number }): string {
  return raw.toString('latin1', start, end);
}

export interface HeaderCheck {
  /** Null: the signature over the fields holds. */
  readonly reason: DkimReason | null;
  readonly key: DkimKey | null;
}

export async function findKey(dns: TxtResolver, { selector, domain }: Signer): Promise<FoundKey> {
  return readKeyAnswer(await dns.txt(`${selector}._domainkey.${domain}`));
}

/** Checks the signature in `field` over the fields it names. Needs no body: it can run while that comes in. */
export async function checkHeader(
  header: RawHeader,
  field: HeaderSection['fields'][number],
  signature: MessageSignature,
  found: FoundKey,
): Promise<HeaderCheck> {
  if (!found.ok) return { reason: found.problem, key: null };
  const { key } = found;
  if ((key.type === 'rsa') !== (signature.algorithm === 'rsa-sha256'))
    return { reason: 'wrong-key-type', key };
  const data = signedHeader(header, field, signature);
  const holds = await verifyBytes(signature.algorithm, data, key, signature.signature);
  return { reason: holds ? null : 'header-changed', key };
}

/** What is signed: the chosen fields, then the signature's own without its `b=` (RFC 6376 §3.7). */
export function signedHeader(
  header: RawHeader,
  field: HeaderSection['fields'][number],
  { fields: names, headerCanonicalization: how }: Pick<MessageSignature, 'fields' | 'headerCanonicalization'>,
): Buffer {
  // A signature is not over itself, whatever its h= says.
  const others = header.section.fields.filter((each) => each !== field);
  const fields = selectFields(others, names).map((each) => canonicalizeField(rawField(header, each), how));
  return Buffer.from(fields.join('') + canonicalizeOwnField(rawField(header, field), how), 'latin1');
}

export function bodyClaimOf({ bodyCanonicalization, bodyLength }: MessageSignature): BodyClaim {
  return { canonicalization: bodyCanonicalization, limit: bodyLength };
}

/** Null when the body is the one that was signed, all of it. */
export function checkBody(hashes: BodyHashes, signature: MessageSignature): DkimReason | null {
  const { digest, length } = hashes.of(bodyClaimOf(signature));
  const { bodyLength, bodyHash } = signature;
  if (bodyLength !== null && bodyLength > length) return 'body-shorter-than-signed';
  if (!digest.equals(bodyHash)) return 'body-changed';
  return bodyLength !== null && bodyLength < length ? 'body-not-covered' : null;
}
