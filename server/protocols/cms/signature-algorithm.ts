import { constants, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { algorithm, context, element, nullValue, sequence, smallInteger, type Der } from './der.ts';
import { digestByOid, digestOids, type Digest } from './digests.ts';
import { CmsError } from './errors.ts';
import { oids } from './oids.ts';
import type { Element } from './element.ts';

type Scheme = 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'ed25519';

/** How signed attributes are signed, with the digest of the content. */
export interface SignatureAlgorithm {
  readonly scheme: Scheme;
  readonly digest: Digest;
  /** For rsa-pss, in octets. */
  readonly saltLength: number;
}

const rsaWith: Readonly<Record<string, Digest>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};
const ecdsaWith: Readonly<Record<string, Digest>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

export type RsaPadding = 'pkcs1' | 'pss';

/** What a key signs with: RFC 8551 §2.2, RFC 8419 §3. Throws CmsError for a key that cannot sign. */
export function algorithmFor(key: KeyObject, rsa: RsaPadding): SignatureAlgorithm {
  const type = key.asymmetricKeyType;
  if (type === 'rsa' && rsa === 'pkcs1') return { scheme: 'rsa-pkcs1', digest: 'sha256', saltLength: 0 };
  if (type === 'rsa' || type === 'rsa-pss') return { scheme: 'rsa-pss', digest: 'sha256', saltLength: 32 };
  if (type === 'ec') return { scheme: 'ecdsa', digest: digestForCurve(key), saltLength: 0 };
  if (type === 'ed25519') return { scheme: 'ed25519', digest: 'sha512', saltLength: 0 };
  throw new CmsError('unsupported');
}

function digestForCurve(key: KeyObject): Digest {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (/384/.test(curve)) return 'sha384';
  return /521|512/.test(curve) ? 'sha512' : 'sha256';
}

/** SignatureAlgorithmIdentifier. RFC 5754 §3, RFC 4056, RFC 8419. */
export function writeAlgorithm({ scheme, digest, saltLength }: SignatureAlgorithm): Der {
  const oidOf = (table: Readonly<Record<string, Digest>>) =>
    Object.entries(table).find(([, each]) => each === digest)?.[0] ?? '';
  switch (scheme) {
    case 'rsa-pkcs1':
      return algorithm(oidOf(rsaWith), nullValue);
    case 'ecdsa':
      return algorithm(oidOf(ecdsaWith));
    case 'ed25519':
      return algorithm(oids.ed25519);
    case 'rsa-pss': {
      const hash = algorithm(digestOids[digest], nullValue);
      return algorithm(
        oids.rsassaPss,
        sequence(
          element(context(0, 'constructed'), hash),
          element(context(1, 'constructed'), algorithm(oids.mgf1, hash)),
          element(context(2, 'constructed'), smallInteger(saltLength)),
        ),
      );
    }
  }
}

/**
 * The algorithm of a signature whose content was hashed with `digest`. Throws CmsError: weak for SHA-1 and what is
 * older, unsupported for the rest and for two digests in one signature.
 */
export function readAlgorithm(identifier: Element, digestIdentifier: Element): SignatureAlgorithm {
  const digestOid = digestIdentifier.fields.take().oid;
  const digest = digestByOid(digestOid);
  if (digest === 'sha1' || digestOid === md5) throw new CmsError('weak');
  if (digest === null) throw new CmsError('unsupported');
  const fields = identifier.fields;
  const oid = fields.take().oid;
  if (oid === oids.rsaEncryption || rsaWith[oid] === digest)
    return { scheme: 'rsa-pkcs1', digest, saltLength: 0 };
  if (ecdsaWith[oid] === digest) return { scheme: 'ecdsa', digest, saltLength: 0 };
  if (oid === oids.ed25519) return { scheme: 'ed25519', digest, saltLength: 0 };
  if (oid === oids.rsassaPss)
    return { scheme: 'rsa-pss', digest, saltLength: readSaltLength(fields.take(0x30), digest) };
  throw new CmsError('unsupported');
}

/** Of a certificate, CRL or OCSP answer (RFC 5280 §4.1.1.2), which names its digest. Null: weak, or not implemented. */
export function readCertificateAlgorithm(identifier: Element): SignatureAlgorithm | null {
  const oid = identifier.fields.take().oid;
  const [rsa, ecdsa] = [rsaWith[oid], ecdsaWith[oid]];
  if (rsa !== undefined) return { scheme: 'rsa-pkcs1', digest: rsa, saltLength: 0 };
  if (ecdsa !== undefined) return { scheme: 'ecdsa', digest: ecdsa, saltLength: 0 };
  return oid === oids.ed25519 ? { scheme: 'ed25519', digest: 'sha512', saltLength: 0 } : null;
}

const md5 = '1.2.840.113549.2.5';

function readSaltLength(parameters: Element, digest: Digest): number {
  const fields = parameters.fields;
  const hash = fields.takeIf(0xa0)?.fields.take();
  const mask = fields.takeIf(0xa1)?.fields.take().fields;
  const salt = fields.takeIf(0xa2)?.fields.take().integer ?? 20; // RFC 4055 §3.1
  if (hash === undefined || mask === undefined) throw new CmsError('weak'); // the default is SHA-1
  if (digestByOid(hash.fields.take().oid) !== digest || mask.take().oid !== oids.mgf1)
    throw new CmsError('unsupported');
  if (digestByOid(mask.take().fields.take().oid) !== digest || salt > 256) throw new CmsError('unsupported');
  return salt;
}

/** True when the key is of the kind that the scheme takes and strong enough: RFC 8551 §4.2. */
export function keyFits(key: KeyObject, scheme: Scheme): 'yes' | 'weak' | 'no' {
  const type = key.asymmetricKeyType;
  if (scheme === 'ed25519') return type === 'ed25519' ? 'yes' : 'no';
  if (scheme === 'ecdsa') {
    if (type !== 'ec') return 'no';
    return /256|384|512|521/.test(key.asymmetricKeyDetails?.namedCurve ?? '') ? 'yes' : 'weak';
  }
  if (type !== 'rsa' && !(type === 'rsa-pss' && scheme === 'rsa-pss')) return 'no';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits >= 2048 ? (bits <= 16_384 ? 'yes' : 'no') : 'weak';
}

const signInPool = promisify(
  (digest: string | null, data: Buffer, key: SigningKey, done: (error: Error | null, made: Buffer) => void) =>
    sign(digest, data, key, done),
);
const verifyInPool = promisify(
  (
    digest: string | null,
    data: Buffer,
    key: SigningKey,
    signature: Buffer,
    done: (error: Error | null, holds: boolean) => void,
  ) => verify(digest, data, key, signature, done),
);

interface SigningKey {
  readonly key: KeyObject;
  readonly padding?: number;
  readonly saltLength?: number;
}

function signingKey({ scheme, saltLength }: SignatureAlgorithm, key: KeyObject): SigningKey {
  if (scheme === 'rsa-pss') return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return scheme === 'rsa-pkcs1' ? { key, padding: constants.RSA_PKCS1_PADDING } : { key };
}

function digestOption({ scheme, digest }: SignatureAlgorithm): string | null {
  return scheme === 'ed25519' ? null : digest;
}

/** Signs on a thread of Node's pool. */
export function signWith(by: SignatureAlgorithm, key: KeyObject, data: Buffer): Promise<Buffer> {
  return signInPool(digestOption(by), data, signingKey(by, key));
}

/** Verifies on a thread of Node's pool. False, too, for a signature that is malformed. */
export async function verifyWith(
  by: SignatureAlgorithm,
  key: KeyObject,
  data: Buffer,
  signature: Buffer,
): Promise<boolean> {
  try {
    return await verifyInPool(digestOption(by), data, signingKey(by, key), signature);
  } catch {
    return false;
  }
}
