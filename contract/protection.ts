import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { ContentCipherName, KeyKind, KeySource } from './keys.ts';

/** How content is kept from others on the way to one recipient, strongest first. */
export const protections = [
  'internal', // stays on this server
  'sealed', // encrypted in the sender's browser to the recipient's own carepost key
  'openpgp', // encrypted to the recipient's OpenPGP key
  'smime', // encrypted to the recipient's certificate
  'portal', // waits here, encrypted under its own key, until the recipient picks it up
  'tls-dane', // the server is proven by DNSSEC, and its certificate by TLSA
  'tls-sts', // the server is proven by MTA-STS, and its certificate by a public authority
  'tls-verified', // the certificate is proven; the name of the server came by unsigned DNS
  'tls-opportunistic', // encrypted to whoever answered
  'cleartext', // never by choice of the server
] as const;

export const ProtectionSchema = z.enum(protections).meta({ id: 'Protection' });
export type Protection = z.output<typeof ProtectionSchema>;

/** Whether a protection is as strong as a floor, or stronger. */
export function isAtLeast(protection: Protection, floor: Protection): boolean {
  return protections.indexOf(protection) <= protections.indexOf(floor);
}

/** What a rule can demand at least. The portal is always possible, so every floor can be met. */
export const floors = [
  'portal',
  'tls-dane',
  'tls-sts',
  'tls-verified',
  'tls-opportunistic',
] as const satisfies readonly Protection[];
export type Floor = (typeof floors)[number];

/** How it is known which servers take mail for a domain. Never mixed with {@link ConnectionProof}. */
const MxProofSchema = z.enum([
  'none', // by unsigned DNS
  'mta-sts', // a policy in force names it (RFC 8461)
  'dnssec', // signed DNS, validated on this machine
]);
export type MxProof = z.output<typeof MxProofSchema>;

/** How well a connection to one server keeps others out. */
const ConnectionProofSchema = z.enum([
  'none', // not encrypted, or with nothing newer than TLS 1.1
  'encrypted', // TLS 1.2 or newer, to whoever answered
  'authenticated', // and the certificate proves the name that was asked for
]);
export type ConnectionProof = z.output<typeof ConnectionProofSchema>;

/** What a certificate is worth for the host that was asked for. */
const CertificateVerdictSchema = z.enum([
  'verified', // of an authority that we trust, in its time, for this name
  'self-signed',
  'untrusted', // of an authority that we do not trust, or its chain is broken
  'expired',
  'not-yet-valid',
  'revoked',
  'name-mismatch', // good, but for another name
  'missing', // none was shown
]);
export type CertificateVerdict = z.output<typeof CertificateVerdictSchema>;

const CertificateEvidenceSchema = z
  .object({
    verdict: CertificateVerdictSchema,
    /** SHA-256 of the certificate, hexadecimal. */
    fingerprint: z.string(),
    issuer: z.string(),
    validFrom: z.iso.datetime(),
    validTo: z.iso.datetime(),
  })
  .meta({ id: 'CertificateEvidence' });
export type CertificateEvidence = z.output<typeof CertificateEvidenceSchema>;

const HostEvidenceSchema = z
  .object({
    host: z.string(),
    /** Of the MX record; lower is asked first. */
    preference: z.int(),
    outcome: z.enum([
      'answered',
      'unreachable', // nobody answered, or too late
      'refused', // a mail server that would not talk with us
      'tls-failed', // STARTTLS was offered, and the handshake came to nothing
      'not-in-policy', // the domain's MTA-STS policy does not name it: never asked
      'dnssec-failed', // its TLSA records are bogus, or could not be had: never asked (RFC 7672 §2.1.3)
    ]),
    connection: ConnectionProofSchema,
    tls: z.object({ version: z.string(), cipher: z.string() }).nullable(),
    certificate: CertificateEvidenceSchema.nullable(),
    /** What its TLSA records say of the connection (RFC 7672); absent without any. */
    dane: z
      .enum([
        'proven',
        'mismatch', // the certificate is not the one that signed DNS names: nothing may be sent
        'unusable', // records of kinds that prove nothing in mail: encryption is demanded, nothing is proven
      ])
      .optional(),
    /** One plain sentence. */
    because: z.string(),
  })
  .meta({ id: 'HostEvidence' });
export type HostEvidence = z.output<typeof HostEvidenceSchema>;

/** What was seen when a domain's mail servers were asked. Holds no patient data. */
export const TlsEvidenceSchema = z
  .object({
    domain: z.string(),
    checkedAt: z.iso.datetime(),
    mxProof: MxProofSchema,
    /** Of the servers that would be used: the weakest of the best rank that answered. */
    connection: ConnectionProofSchema,
    hosts: z.array(HostEvidenceSchema),
    mtaSts: z.object({ mode: z.enum(['enforce', 'testing', 'none']), id: z.string() }).nullable(),
    /** Why there is no connection to speak of. */
    problem: z
      .enum([
        'no-such-domain',
        'takes-no-mail', // it says so itself (RFC 7505), or has no mail server
        'dns-failed', // nobody could say; temporary
        'no-answer', // none of its servers answered; temporary
        'not-in-policy', // its MTA-STS policy names none of its servers
        'dnssec-failed', // the signed records of its servers are bogus or cannot be had; temporary
      ])
      .nullable(),
    /** Why this server cannot prove anything by DNSSEC now; absent where it can. */
    daneOff: z.enum(['not-on-loopback', 'known-bad-accepted', 'known-good-unproven', 'no-answer']).optional(),
    /** The best that this domain has shown in the last 30 days, when that is better than now. */
    seenBefore: z
      .object({
        connection: ConnectionProofSchema,
        at: z.iso.datetime(),
        /** It was proven by DANE then, and no longer is. */
        dane: z.literal(true).optional(),
      })
      .nullable(),
  })
  .meta({ id: 'TlsEvidence' });
export type TlsEvidence = z.output<typeof TlsEvidenceSchema>;

/** The key of a recipient that a message is encrypted to, and how it came to be trusted. Leads to a person. */
export const KeyEvidenceSchema = z
  .object({
    kind: KeyKind,
    fingerprint: z.string(),
    algorithm: z.string(),
    source: KeySource,
    /** Of S/MIME; absent for OpenPGP, and in receipts from before it was kept. */
    cipher: ContentCipherName.optional(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'KeyEvidence' });
export type KeyEvidence = z.output<typeof KeyEvidenceSchema>;

const ForgottenDomainView = z.object({ domain: z.string(), forgottenAt: z.iso.datetime() });
export type ForgottenDomainView = z.output<typeof ForgottenDomainView>;

export const listForgottenDomains = endpoint('GET /api/v1/forgotten-domains', {
  summary: 'Domains of which the organisation forgot in the last 30 days what they had shown, latest first',
  tag: 'Protection',
  ok: z.object({ items: z.array(ForgottenDomainView) }),
  errors: [],
  permission: 'domain.manage',
});

export const forgetDomain = endpoint('POST /api/v1/forgotten-domains', {
  summary: 'Forget what another domain has shown of its connections',
  description:
    'What it showed before now is no longer held against it, for this organisation alone; what it shows from now on is remembered again. Its MTA-STS policy is fetched anew, whatever its record says; where no newer one can be had, the one in force stays in force until it ends (RFC 8461 §5.1).',
  tag: 'Protection',
  body: z.strictObject({ domain: z.string().trim().min(3).max(253) }),
  ok: ForgottenDomainView,
  errors: ['invalid-domain'],
  permission: 'domain.manage',
});
