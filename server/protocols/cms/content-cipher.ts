import { createCipheriv, createDecipheriv, randomBytes, type DecipherGCM } from 'node:crypto';
import { algorithm, octetString, sequence, smallInteger, type Der } from './der.ts';
import { CmsError } from './errors.ts';
import { inSlices } from './in-slices.ts';
import type { Element } from './element.ts';

/** Ciphers to write with. GCM goes into AuthEnvelopedData, CBC into EnvelopedData, for those who cannot read the former. */
export type ContentCipher = 'aes-256-gcm' | 'aes-128-gcm' | 'aes-256-cbc' | 'aes-128-cbc';

interface CipherTraits {
  readonly oid: string;
  readonly keyBytes: number;
  readonly mode: 'gcm' | 'cbc';
}

/** The ciphers that are read: RFC 5084 §3.2, RFC 3565 §4.1; Triple DES is for old mail, and is never written. */
const ciphers = {
  'aes-256-gcm': { oid: '2.16.840.1.101.3.4.1.46', keyBytes: 32, mode: 'gcm' },
  'aes-192-gcm': { oid: '2.16.840.1.101.3.4.1.26', keyBytes: 24, mode: 'gcm' },
  'aes-128-gcm': { oid: '2.16.840.1.101.3.4.1.6', keyBytes: 16, mode: 'gcm' },
  'aes-256-cbc': { oid: '2.16.840.1.101.3.4.1.42', keyBytes: 32, mode: 'cbc' },
  'aes-192-cbc': { oid: '2.16.840.1.101.3.4.1.22', keyBytes: 24, mode: 'cbc' },
  'aes-128-cbc': { oid: '2.16.840.1.101.3.4.1.2', keyBytes: 16, mode: 'cbc' },
  'des-ede3-cbc': { oid: '1.2.840.113549.3.7', keyBytes: 24, mode: 'cbc' },
} as const satisfies Record<string, CipherTraits>;

export type ReadCipher = keyof typeof ciphers;

export function cipherTraits(name: ReadCipher): CipherTraits {
  return ciphers[name];
}

/** Null for an algorithm that is not implemented. */
export function cipherByOid(oid: string): ReadCipher | null {
  const found = Object.entries(ciphers).find(([, traits]) => traits.oid === oid);
  return found === undefined ? null : (found[0] as ReadCipher);
}

const tagBytes = 16;

export interface EncryptedContent {
  /** ContentEncryptionAlgorithmIdentifier. */
  readonly algorithm: Der;
  readonly pieces: readonly Buffer[];
  /** For GCM. */
  readonly tag: Buffer | null;
}

export async function encryptWith(
  name: ContentCipher,
  key: Buffer,
  content: readonly Buffer[],
): Promise<EncryptedContent> {
  const { oid, mode } = ciphers[name];
  const pieces: Buffer[] = [];
  if (mode === 'gcm') {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(name as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    await inSlices(content, (slice) => void pieces.push(cipher.update(slice)));
    cipher.final();
    const parameters = sequence(octetString([nonce]), smallInteger(tagBytes)); // RFC 5084 §3.2
    return { algorithm: algorithm(oid, parameters), pieces, tag: cipher.getAuthTag() };
  }
  const iv = randomBytes(16);
  const cipher = createCipheriv(name, key, iv);
  await inSlices(content, (slice) => void pieces.push(cipher.update(slice)));
  pieces.push(cipher.final());
  return { algorithm: algorithm(oid, octetString([iv])), pieces, tag: null };
}

/** How content is encrypted, read from its AlgorithmIdentifier. */
export interface ReadParameters {
  readonly cipher: ReadCipher;
  readonly iv: Buffer;
  /** For GCM. */
  readonly tagBytes: number;
}

/** Throws CmsError for what is not implemented or malformed. */
export function readCipherParameters(identifier: Element): ReadParameters {
  const fields = identifier.fields;
  const cipher = cipherByOid(fields.take().oid);
  if (cipher === null) throw new CmsError('unsupported');
  const parameters = fields.take();
  fields.end();
  if (ciphers[cipher].mode === 'cbc') {
    const iv = parameters.content;
    if (iv.length !== (cipher === 'des-ede3-cbc' ? 8 : 16)) throw new CmsError('malformed');
    return { cipher, iv, tagBytes: 0 };
  }
  const inner = parameters.fields;
  const iv = inner.take(0x04).content;
  const length = inner.takeIf(0x02)?.integer ?? 12; // RFC 5084 §3.2: 12 unless it says otherwise
  if (iv.length === 0 || iv.length > 64 || length < 12 || length > 16) throw new CmsError('malformed');
  return { cipher, iv, tagBytes: length };
}

/** Throws, whatever is wrong with key, tag or padding: nothing of the content is given out before that is known. */
export async function decryptWith(
  { cipher: name, iv, tagBytes: length }: ReadParameters,
  key: Buffer,
  content: readonly Buffer[],
  authenticated: { readonly attributes: Buffer | null; readonly tag: Buffer } | null,
): Promise<Buffer> {
  const out = Buffer.allocUnsafe(content.reduce((sum, piece) => sum + piece.length, 0));
  let written = 0;
  const keep = (piece: Buffer) => {
    written += piece.copy(out, written);
  };
  if (authenticated === null) {
    const decipher = createDecipheriv(name, key, iv);
    await inSlices(content, (slice) => keep(decipher.update(slice)));
    keep(decipher.final());
  } else {
    const { attributes, tag } = authenticated;
    const decipher: DecipherGCM = createDecipheriv(name as 'aes-256-gcm', key, iv, { authTagLength: length });
    decipher.setAuthTag(tag);
    if (attributes !== null) decipher.setAAD(attributes); // RFC 5083 §2.2
    await inSlices(content, (slice) => keep(decipher.update(slice)));
    decipher.final();
  }
  return out.subarray(0, written);
}
