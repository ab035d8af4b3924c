import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  KeyUsage,
  NameConstraints,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  type GeneralName,
} from '@peculiar/asn1-x509';
import { normalizeAddress, parseAddress } from '../mime/address.ts';
import { Element } from './element.ts';
import { CmsError } from './errors.ts';

/** The uses that mail asks for. RFC 8550 §4.4.2. */
export interface KeyUses {
  readonly digitalSignature: boolean;
  readonly nonRepudiation: boolean;
  readonly keyEncipherment: boolean;
  readonly keyAgreement: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
}

/** Mail address ranges: an address, `host.test` for all at a host, `.test` for all below. RFC 5280 §4.2.1.10. */
export interface MailConstraints {
  readonly permitted: readonly string[] | null;
  readonly excluded: readonly string[];
}

export interface CertificateExtensions {
  /** In look-up form: the rfc822Name and SmtpUTF8Mailbox (RFC 9598) names, else emailAddress of the subject (RFC 8550 §3). */
  readonly addresses: readonly string[];
  readonly subjectKeyId: Buffer | null;
  readonly authorityKeyId: Buffer | null;
  /** Null when all uses are allowed. */
  readonly keyUses: KeyUses | null;
  /** Null when all purposes are allowed. */
  readonly purposes: readonly string[] | null;
  readonly isAuthority: boolean;
  /** Authorities that may follow below; null for any number. */
  readonly pathLength: number | null;
  readonly mailConstraints: MailConstraints | null;
  /** A critical extension that is not processed here: the certificate must not be relied on (RFC 5280 §4.2). */
  readonly hasUnknownCritical: boolean;
}

const processed = new Set([
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies, // any policy will do, which is RFC 5280 §6.1.1 (c)
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
]);

/** Throws CmsError or an error of the ASN.1 library when an extension is malformed or stands there twice. */
export function readExtensions(subject: Element, wrapped: Element | null): CertificateExtensions {
  const values = new Map<string, Buffer>();
  let hasUnknownCritical = false;
  for (const extension of wrapped?.fields.take(0x30).members ?? []) {
    const fields = extension.fields;
    const oid = fields.take().oid;
    const critical = (fields.takeIf(0x01)?.content[0] ?? 0) !== 0;
    if (values.has(oid)) throw new CmsError('malformed');
    values.set(oid, fields.take(0x04).content);
    if (critical && !processed.has(oid)) hasUnknownCritical = true;
  }
  const parsed = <T>(oid: string, type: new () => T): T | null => {
    const value = values.get(oid);
    return value === undefined ? null : AsnConvert.parse(value, type);
  };
  const usage = parsed(id_ce_keyUsage, KeyUsage)?.toJSON() ?? null;
  const basic = parsed(id_ce_basicConstraints, BasicConstraints);
  const constraints = parsed(id_ce_nameConstraints, NameConstraints);
  const authorityKey = parsed(id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier?.buffer;
  const subjectKey = parsed(id_ce_subjectKeyIdentifier, SubjectKeyIdentifier)?.buffer;
  const names = parsed(id_ce_subjectAltName, SubjectAlternativeName);
  const addresses = [...(names ?? [])].flatMap(mailNames);
  const mailConstraints = constraints === null ? null : readConstraints(constraints);
  return {
    addresses: addresses.length > 0 ? addresses : subjectAddresses(subject),
    subjectKeyId: subjectKey === undefined ? null : Buffer.from(subjectKey),
    authorityKeyId: authorityKey === undefined ? null : Buffer.from(authorityKey),
    keyUses:
      usage === null
        ? null
        : {
            digitalSignature: usage.includes('digitalSignature'),
            nonRepudiation: usage.includes('nonRepudiation'),
            keyEncipherment: usage.includes('keyEncipherment'),
            keyAgreement: usage.includes('keyAgreement'),
            keyCertSign: usage.includes('keyCertSign'),
            cRLSign: usage.includes('crlSign'),
          },
    purposes: parsed(id_ce_extKeyUsage, ExtendedKeyUsage)?.map(String) ?? null,
    isAuthority: basic?.cA === true,
    pathLength: basic?.pathLenConstraint ?? null,
    mailConstraints: mailConstraints,
    hasUnknownCritical,
  };
}

const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9'; // RFC 9598 §3

function mailNames({ rfc822Name, otherName }: GeneralName): string[] {
  if (rfc822Name !== undefined) return lookUpForm(rfc822Name);
  if (otherName?.typeId !== smtpUtf8Mailbox) return [];
  const value = Element.read(Buffer.from(otherName.value));
  const text = value.tag === 0x0c ? value : value.fields.take(0x0c); // the library may leave the explicit tag on
  return lookUpForm(new TextDecoder('utf-8', { fatal: true }).decode(text.content));
}

/** A name that is no address, with a NUL in it for one, names nobody. */
function lookUpForm(text: string): string[] {
  return parseAddress(text) === null ? [] : [normalizeAddress(text)];
}

const emailAddress = '1.2.840.113549.1.9.1';

function subjectAddresses(subject: Element): string[] {
  return subject.members
    .flatMap((relative) => relative.members)
    .flatMap((attribute) => {
      const fields = attribute.fields;
      return fields.take().oid === emailAddress ? lookUpForm(fields.take().content.toString('utf8')) : [];
    });
}

function readConstraints({ permittedSubtrees, excludedSubtrees }: NameConstraints): MailConstraints {
  const mail = (subtrees: Iterable<{ readonly base: GeneralName }>) =>
    [...subtrees].flatMap(({ base }) =>
      base.rfc822Name === undefined ? [] : [base.rfc822Name.toLowerCase()],
    );
  const permitted = permittedSubtrees === undefined ? [] : mail(permittedSubtrees);
  return {
    permitted: permitted.length === 0 ? null : permitted,
    excluded: excludedSubtrees === undefined ? [] : mail(excludedSubtrees),
  };
}
