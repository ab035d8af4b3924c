import type { HeaderSection } from '#protocols/mime/index.ts';
import { parseCanonicalization, type Canonicalization } from './canonicalization.ts';
import { parseTagList, readBase64, readNumber, splitList, type TagList } from './tag-list.ts';

export type SignatureAlgorithm =
  | 'rsa-sha256' // RSASSA-PKCS1-v1_5, 1024 bits at least (RFC 8301 §3.2)
  | 'ed25519-sha256'; // RFC 8463

/** Who signs, and with which key. */
export interface Signer {
  /** `d=`, lower case. */
  readonly domain: string;
  /** `s=`, lower case. */
  readonly selector: string;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Buffer;
}

/** A signature over fields and the body: DKIM-Signature, and ARC-Message-Signature alike. */
export interface MessageSignature extends Signer {
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  readonly bodyHash: Buffer;
  /** `h=`, lower case, in order. */
  readonly fields: readonly string[];
  /** `l=`: octets of the canonical body that are signed; null: all of them. */
  readonly bodyLength: number | null;
  /** Seconds since 1970; null when not said. */
  readonly signedAt: number | null;
  readonly expiresAt: number | null;
}

export interface DkimSignature extends MessageSignature {
  /** `i=`: `user@domain` or `@domain`, the domain being `d=` or below it. */
  readonly identity: string;
}

/** Why a field is no signature that could be verified. */
export type SignatureProblem =
  | 'malformed-signature' // no tag list, a tag missing, or a value that its tag cannot have
  | 'unknown-version'
  | 'unknown-algorithm'
  | 'unknown-canonicalization'
  | 'unknown-query-method' // the key would have to be found in some other way than by TXT record
  | 'sha1' // RFC 8301 §3.1: counts for nothing
  | 'from-not-signed'; // §5.4: From must be among the signed fields

export type ParsedSignature<S> =
  | { readonly ok: true; readonly signature: S }
  | { readonly ok: false; readonly problem: SignatureProblem; readonly domain: string | null };

/** Reads a DKIM-Signature field (RFC 6376 §3.5, checked as §6.1.1 says). */
export function parseSignature({
  value,
}: Pick<HeaderSection['fields'][number], 'value'>): ParsedSignature<DkimSignature> {
  const tags = parseTagList(value);
  if (tags === null) return { ok: false, problem: 'malformed-signature', domain: null };
  const refuse = (problem: SignatureProblem) => ({ ok: false, problem, domain: domainOf(tags) }) as const;
  if (!tags.has('v')) return refuse('malformed-signature');
  if (tags.get('v') !== '1') return refuse('unknown-version');
  const query = tags.get('q');
  if (query !== undefined && !splitList(query).includes('dns/txt')) return refuse('unknown-query-method');
  const parsed = parseMessageSignature(tags);
  if (!parsed.ok) return parsed;
  const { signature } = parsed;
  const identity = (tags.get('i') ?? `@${signature.domain}`).toLowerCase();
  const at = identity.lastIndexOf('@');
  const domain = identity.slice(at + 1);
  if (at < 0 || !(domain === signature.domain || domain.endsWith(`.${signature.domain}`)))
    return refuse('malformed-signature');
  if (!signature.fields.includes('from')) return refuse('from-not-signed');
  return { ok: true, signature: { ...signature, identity } };
}

/** The tags that DKIM-Signature and ARC-Message-Signature share. */
export function parseMessageSignature(tags: TagList): ParsedSignature<MessageSignature> {
  const signer = parseSigner(tags);
  if (!signer.ok) return signer;
  const refuse = (problem: SignatureProblem) => ({ ok: false, problem, domain: domainOf(tags) }) as const;
  const canonicalization = parseCanonicalization(tags.get('c') ?? 'simple/simple');
  if (canonicalization === null) return refuse('unknown-canonicalization');
  const bodyHash = readBase64(tags.get('bh') ?? '');
  const fields = splitList(tags.get('h') ?? '').map((name) => name.toLowerCase());
  const bodyLength = numberOf(tags, 'l');
  const signedAt = numberOf(tags, 't');
  const expiresAt = numberOf(tags, 'x');
  if (
    bodyHash === null ||
    bodyHash.length === 0 ||
    !fields.every((name) => /^[!-9<-~]+$/.test(name)) ||
    bodyLength === undefined ||
    signedAt === undefined ||
    expiresAt === undefined ||
    (signedAt !== null && expiresAt !== null && expiresAt <= signedAt) // §3.5 x=
  )
    return refuse('malformed-signature');
  const times = { bodyLength, signedAt, expiresAt };
  const { header: headerCanonicalization, body: bodyCanonicalization } = canonicalization;
  return {
    ok: true,
    signature: {
      ...signer.signature,
      headerCanonicalization,
      bodyCanonicalization,
      bodyHash,
      fields,
      ...times,
    },
  };
}

/** The tags that every signature has, ARC-Seal included. */
export function parseSigner(tags: TagList): ParsedSignature<Signer> {
  const domain = domainOf(tags);
  const refuse = (problem: SignatureProblem) => ({ ok: false, problem, domain }) as const;
  const selector = tags.get('s')?.toLowerCase() ?? '';
  const algorithm = tags.get('a')?.toLowerCase();
  const signature = readBase64(tags.get('b') ?? '');
  if (domain === null || !isName(selector) || algorithm === undefined || signature === null)
    return refuse('malformed-signature');
  if (signature.length === 0) return refuse('malformed-signature');
  if (algorithm === 'rsa-sha1') return refuse('sha1');
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return refuse('unknown-algorithm');
  return { ok: true, signature: { domain, selector, algorithm, signature } };
}

function domainOf(tags: TagList): string | null {
  const domain = tags.get('d')?.toLowerCase() ?? '';
  return isName(domain) ? domain : null;
}

/** Labels of letters, digits, hyphens and, as some selectors have them, underscores; beyond ASCII as RFC 8616 §4 says. */
function isName(name: string): boolean {
  return name.length <= 253 && /^(?:[\w\u0080-\uffff-]{1,63}\.)*[\w\u0080-\uffff-]{1,63}$/.test(name);
}

/** Null when the tag is absent, undefined when it holds no number. */
function numberOf(tags: TagList, tag: string): number | null | undefined {
  const value = tags.get(tag);
  return value === undefined ? null : (readNumber(value) ?? undefined);
}
