import { sequence, type Der } from './der.ts';
import { CmsError } from './errors.ts';
import type { Certificate } from './certificate.ts';
import type { Element } from './element.ts';

/** What names a certificate: issuer and serial number as they are encoded, or its subject key identifier. */
export type CertificateName =
  | { readonly issuer: Buffer; readonly serial: Buffer }
  | { readonly subjectKeyId: Buffer };

/** IssuerAndSerialNumber. RFC 5652 §10.2.4. */
export function nameOf({ issuer, serial }: Certificate): Der {
  return sequence([issuer], [serial]);
}

/** SignerIdentifier and RecipientIdentifier: RFC 5652 §5.3, §6.2.1. */
export function readName(element: Element): CertificateName {
  if (element.tag === 0x80) return { subjectKeyId: element.content };
  if (element.tag !== 0x30) throw new CmsError('malformed');
  const fields = element.fields;
  return { issuer: fields.take(0x30).der, serial: fields.take(0x02).der };
}
