import { X509Certificate } from 'node:crypto';
import type { KeyKind } from '#contract/keys.ts';
import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import { KeysError } from './errors.ts';
import type { KeysPorts } from './ports.ts';

/** A public key or certificate as read, for no address yet. */
export interface ReadKey {
  readonly kind: KeyKind;
  readonly material: Buffer;
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly canEncrypt: boolean;
  readonly revoked: boolean;
  readonly expiresAt: Date | null;
  /** That it names itself, in look-up form. */
  readonly addresses: readonly string[];
}

/** Text as it is pasted or uploaded: armored, PEM, or base64 of a binary file. */
export function bytesOfText(text: string): Buffer {
  const bare = text.trim();
  if (bare.startsWith('-----BEGIN')) return Buffer.from(bare);
  return /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(bare) ? Buffer.from(bare, 'base64') : Buffer.from(bare);
}

/** Throws KeysError 'invalid-key' when it is neither OpenPGP nor a certificate. */
export async function readKeys(
  { openpgp, clock }: Pick<KeysPorts, 'openpgp' | 'clock'>,
  bytes: Buffer,
): Promise<ReadKey[]> {
  const certificate = certificateIn(bytes);
  if (certificate !== null) return [readCertificate(certificate)];
  const read = await openpgp.run('readKeys', { bytes, at: clock.now() });
  if (!read.ok || read.answer.length === 0)
    throw new KeysError(
      'invalid-key',
      'This is neither an OpenPGP public key nor a certificate in PEM form.',
    );
  return read.answer.map(({ key, facts }) => ({
    kind: 'openpgp',
    material: Buffer.from(key),
    fingerprint: facts.fingerprint,
    algorithm: facts.algorithm,
    canEncrypt: facts.canEncrypt,
    revoked: facts.revoked,
    expiresAt: facts.expiresAt,
    addresses: facts.addresses,
  }));
}

/** PEM or DER (a SEQUENCE); null when it is something else. */
export function certificateIn(bytes: Buffer): X509Certificate | null {
  if (bytes[0] !== 0x30 && !bytes.includes('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

export function readCertificate(certificate: X509Certificate): ReadKey {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = certificate.publicKey;
  const canEncrypt = type === 'rsa' || type === 'ec' || type === 'x25519';
  return {
    kind: 'smime',
    material: certificate.raw,
    fingerprint: certificate.fingerprint256.replaceAll(':', ''),
    algorithm:
      type === 'rsa'
        ? `RSA ${details?.modulusLength ?? 0}`
        : `${type.toUpperCase()} ${details?.namedCurve ?? ''}`.trim(),
    canEncrypt: canEncrypt && !certificate.ca,
    revoked: false,
    expiresAt: new Date(certificate.validTo),
    addresses: addressesOfCertificate(certificate),
  };
}

/** RFC 8550 §3: of the subject alternative name; the subject's emailAddress only where there is no other. */
function addressesOfCertificate({ subjectAltName = '', subject }: X509Certificate): string[] {
  const alternative = [...subjectAltName.matchAll(/(?:^|, )email:([^,"]+)/g)].map(([, found = '']) => found);
  const named = [...subject.matchAll(/^emailAddress=(.+)$/gm)].map(([, found = '']) => found);
  const parsed = (alternative.length > 0 ? alternative : named).map((text) => parseAddress(text));
  return [...new Set(parsed.flatMap((found) => (found === null ? [] : [normalizeAddress(found.address)])))];
}
