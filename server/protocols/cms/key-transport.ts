import { constants, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import {
  algorithm,
  element,
  context,
  nullValue,
  octetString,
  sequence,
  smallInteger,
  type Der,
} from './der.ts';
import { digestByOid, digestOids } from './digests.ts';
import { CmsError } from './errors.ts';
import { oids } from './oids.ts';
import { nameOf } from './names.ts';
import type { Certificate } from './certificate.ts';
import type { Element } from './element.ts';

/** RSAES-OAEP-params with SHA-256 for both hashes: RFC 4055 §4.1, RFC 8551 §2.3. */
export const oaepSha256: Der = algorithm(
  oids.rsaesOaep,
  sequence(
    element(context(0, 'constructed'), algorithm(digestOids.sha256, nullValue)),
    element(context(1, 'constructed'), algorithm(oids.mgf1, algorithm(digestOids.sha256, nullValue))),
  ),
);

/**
 * How a key is encrypted to RSA recipients: `oaep` unless a recipient's program reads PKCS#1 v1.5 alone (GnuPG 2.2
 * does). For the sender's message both are sound; it is the reader that v1.5 can make an oracle of.
 */
export type RsaTransport = 'oaep' | 'pkcs1';

/** KeyTransRecipientInfo: RFC 5652 §6.2.1, RFC 3560. */
export function transportKey(recipient: Certificate, key: Buffer, by: RsaTransport): Der {
  const padding: Padding =
    by === 'oaep'
      ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
      : { padding: constants.RSA_PKCS1_PADDING };
  const identifier = by === 'oaep' ? oaepSha256 : algorithm(oids.rsaEncryption, nullValue);
  const encrypted = publicEncrypt({ key: recipient.publicKey, ...padding }, key);
  return sequence(smallInteger(0), nameOf(recipient), identifier, octetString([encrypted]));
}

type Padding =
  | { readonly padding: typeof constants.RSA_PKCS1_PADDING }
  | {
      readonly padding: typeof constants.RSA_PKCS1_OAEP_PADDING;
      readonly oaepHash: string;
      readonly oaepLabel?: Buffer;
    };

/** Opens an encrypted key, given how it is encrypted. */
export type OpenKey = (privateKey: KeyObject) => Buffer;

/**
 * How a transported key is opened; throws CmsError for algorithms that are not implemented. The opener throws or, for
 * PKCS#1 v1.5, gives a key of random content when the padding is wrong (OpenSSL's implicit rejection).
 */
export function readTransportedKey(identifier: Element, encrypted: Buffer): OpenKey {
  const padding = readPadding(identifier);
  return (privateKey) => privateDecrypt({ key: privateKey, ...padding }, encrypted);
}

function readPadding(identifier: Element): Padding {
  const fields = identifier.fields;
  const oid = fields.take().oid;
  if (oid === oids.rsaEncryption) return { padding: constants.RSA_PKCS1_PADDING };
  if (oid !== oids.rsaesOaep) throw new CmsError('unsupported');
  const parameters = fields.takeIf(0x30)?.fields;
  const hash = parameters?.takeIf(0xa0)?.fields.take();
  const mask = parameters?.takeIf(0xa1)?.fields.take().fields;
  const source = parameters?.takeIf(0xa2)?.fields.take().fields;
  const oaepHash = hash === undefined ? 'sha1' : digestByOid(hash.fields.take().oid);
  if (mask !== undefined && mask.take().oid !== oids.mgf1) throw new CmsError('unsupported');
  const maskHash = mask === undefined ? 'sha1' : digestByOid(mask.take().fields.take().oid);
  if (oaepHash === null || oaepHash !== maskHash) throw new CmsError('unsupported'); // OpenSSL has one for both
  if (source === undefined) return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  if (source.take().oid !== oids.pSpecified) throw new CmsError('unsupported');
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel: source.take(0x04).content };
}
