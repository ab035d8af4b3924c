import { X509Certificate, type KeyObject } from 'node:crypto';
import { readExtensions, type CertificateExtensions } from './certificate-extensions.ts';
import { Element } from './element.ts';
import { CmsError } from './errors.ts';
import type { CertificateName } from './names.ts';

/** An X.509 certificate (RFC 5280) with what mail needs of it. */
export interface Certificate extends CertificateExtensions {
  readonly der: Buffer;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo's AlgorithmIdentifier and key bits. */
  readonly keyAlgorithm: Buffer;
  readonly keyBits: Buffer;
  /** Names as they are encoded, for comparing and for writing. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** The INTEGER as it is encoded. */
  readonly serial: Buffer;
  /** Of the signature that the issuer put on it. */
  readonly signatureAlgorithm: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly fingerprint: string;
}

/** Reads a certificate from DER. Null when it is none, or has a key that OpenSSL cannot read. */
export function readCertificate(der: Buffer): Certificate | null {
  try {
    return read(der);
  } catch {
    return null; // OpenSSL's and ASN.1's complaints say nothing that a caller could act on
  }
}

function read(der: Buffer): Certificate {
  const x509 = new X509Certificate(der);
  // Node reads a certificate at the beginning of what it is given; we want all of it to be one.
  if (!x509.raw.equals(der)) throw new CmsError('malformed');
  const tbs = Element.read(x509.raw).fields.take().fields;
  tbs.takeIf(0xa0);
  const serial = tbs.take(0x02).der;
  const signatureAlgorithm = tbs.take(0x30).fields.take().oid;
  const issuer = tbs.take(0x30).der;
  const validity = tbs.take(0x30).fields;
  const subject = tbs.take(0x30);
  const keyInfo = tbs.take(0x30).fields;
  const keyAlgorithm = keyInfo.take(0x30).der;
  const keyBits = keyInfo.take().bits;
  if (x509.publicKey.asymmetricKeyType === 'ec' && isHybrid(keyBits)) throw new CmsError('malformed');
  tbs.takeIf(0x81);
  tbs.takeIf(0x82);
  const extensions = tbs.takeIf(0xa3);
  tbs.end();
  return {
    der: x509.raw,
    x509,
    publicKey: x509.publicKey,
    keyAlgorithm,
    keyBits,
    issuer,
    subject: subject.der,
    serial,
    signatureAlgorithm,
    notBefore: validity.take().time,
    notAfter: validity.take().time,
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...readExtensions(subject, extensions),
  };
}

/** RFC 5480 §2.2: this form of a point must not be used. OpenSSL takes it: one key would have two encodings. */
function isHybrid(point: Buffer): boolean {
  return point[0] === 6 || point[0] === 7;
}

/** All certificates of a PEM text (RFC 7468 §5), or the one of a DER file. Empty when there is none. */
export function readCertificates(file: Buffer): Certificate[] {
  const blocks = file.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const ders = blocks?.map((block) => Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64')) ?? [file];
  return ders.map(readCertificate).filter((certificate) => certificate !== null);
}

/** What a CMS structure names a certificate by. RFC 5652 §10.2.4. */
export function isNamedBy(certificate: Certificate, name: CertificateName): boolean {
  if ('subjectKeyId' in name) return certificate.subjectKeyId?.equals(name.subjectKeyId) === true;
  return certificate.issuer.equals(name.issuer) && certificate.serial.equals(name.serial);
}
