import { canEncryptTo, type Certificate } from '../cms/index.ts';
import { permits } from './mail-constraints.ts';

export type CertificateProblem =
  | 'untrusted' // no chain leads to an authority that is trusted
  | 'revoked' // it, or an authority above it, is among those that the caller names
  | 'not-yet-valid'
  | 'expired'
  | 'wrong-use' // key usage or extended key usage do not allow it
  | 'weak' // a signature by SHA-1 or older, or a key below 2048 bits
  | 'not-an-authority' // it was issued by one who may not issue
  | 'name-not-permitted' // its issuer may not certify its addresses
  | 'unknown-critical-extension';

export type CertificateVerdict =
  | {
      readonly ok: true;
      /** From the certificate to the trusted one. */ readonly chain: readonly Certificate[];
    }
  | { readonly ok: false; readonly problem: CertificateProblem };

export interface ValidateOptions {
  /** Trusted authorities; a certificate that is itself among them is trusted as it is. */
  readonly anchors: readonly Certificate[];
  /** Certificates that may lie between; nothing vouches for them. */
  readonly intermediates?: readonly Certificate[];
  /** When the certificates must be valid. */
  readonly at: Date;
  readonly use: 'sign' | 'encrypt';
  /** Fingerprints of certificates that no longer count. */
  readonly revoked?: ReadonlySet<string>;
}

const limits = { depth: 8, tries: 64, rsaBits: 2048 };

/**
 * Whether a certificate may be used for mail (RFC 8550 §4, RFC 5280 §6.1). Any policy will do; CRLs and OCSP
 * are asked elsewhere, and end up in `revoked`. Of many chains that fail, the problem of the one that came furthest is told.
 */
export function validateCertificate(certificate: Certificate, options: ValidateOptions): CertificateVerdict {
  const own = problemOfEnd(certificate, options);
  if (own !== null) return { ok: false, problem: own };
  if (isAmong(certificate, options.anchors)) return { ok: true, chain: [certificate] };
  const search: Search = { ...options, tries: 0, problem: 'untrusted' };
  const chain = findChain([certificate], search);
  return chain === null ? { ok: false, problem: search.problem } : { ok: true, chain };
}

interface Search extends ValidateOptions {
  tries: number;
  problem: CertificateProblem;
}

/** Depth first, anchors before intermediates; bounded, since certificates of strangers take part. */
function findChain(chain: readonly Certificate[], search: Search): Certificate[] | null {
  const last = chain.at(-1);
  if (last === undefined || chain.length >= limits.depth) return null;
  const { anchors, intermediates = [] } = search;
  for (const issuer of [...anchors, ...intermediates]) {
    if (!mayHaveIssued(issuer, last) || isAmong(issuer, chain)) continue;
    search.tries += 1;
    if (search.tries > limits.tries) return null;
    if (!last.x509.verify(issuer.publicKey)) continue;
    const problem = problemOfLink(last) ?? problemOfIssuer(issuer, chain, search);
    if (problem !== null) {
      search.problem = problem;
      continue;
    }
    const longer = [...chain, issuer];
    if (isAmong(issuer, anchors)) return longer;
    const found = findChain(longer, search);
    if (found !== null) return found;
  }
  return null;
}

function mayHaveIssued(issuer: Certificate, issued: Certificate): boolean {
  if (!issuer.subject.equals(issued.issuer)) return false;
  if (issued.authorityKeyId === null || issuer.subjectKeyId === null) return true;
  return issued.authorityKeyId.equals(issuer.subjectKeyId);
}

const emailProtection = '1.3.6.1.5.5.7.3.4';
const anyPurpose = '2.5.29.37.0';

function problemOfEnd(
  certificate: Certificate,
  { at, use, revoked }: ValidateOptions,
): CertificateProblem | null {
  const { keyUses, purposes, publicKey } = certificate;
  if (revoked?.has(certificate.fingerprint) === true) return 'revoked';
  const time = problemOfTime(certificate, at);
  if (time !== null) return time;
  if (certificate.hasUnknownCritical) return 'unknown-critical-extension';
  if (purposes !== null && !purposes.includes(emailProtection) && !purposes.includes(anyPurpose))
    return 'wrong-use';
  if (isWeakKey(certificate)) return 'weak';
  if (use === 'encrypt') {
    if (!canEncryptTo(certificate)) return 'wrong-use';
    const isRsa = publicKey.asymmetricKeyType === 'rsa';
    return keyUses === null || (isRsa ? keyUses.keyEncipherment : keyUses.keyAgreement) ? null : 'wrong-use';
  }
  return keyUses === null || keyUses.digitalSignature || keyUses.nonRepudiation ? null : 'wrong-use'; // RFC 8550 §4.4.2
}

function problemOfIssuer(
  issuer: Certificate,
  below: readonly Certificate[],
  { at, anchors, revoked }: ValidateOptions,
): CertificateProblem | null {
  if (revoked?.has(issuer.fingerprint) === true) return 'revoked';
  const authoritiesBelow = below.slice(1).filter((each) => !each.issuer.equals(each.subject)).length;
  const isVersion1Anchor =
    isAmong(issuer, anchors) && issuer.keyUses === null && issuer.subjectKeyId === null;
  if (!issuer.isAuthority && !isVersion1Anchor) return 'not-an-authority';
  if (issuer.keyUses?.keyCertSign === false) return 'not-an-authority';
  if (issuer.pathLength !== null && authoritiesBelow > issuer.pathLength) return 'not-an-authority';
  if (issuer.hasUnknownCritical) return 'unknown-critical-extension';
  if (isWeakKey(issuer)) return 'weak';
  const purposes = issuer.purposes; // not in RFC 5280, but all that validate for mail do
  if (purposes !== null && !purposes.includes(emailProtection) && !purposes.includes(anyPurpose))
    return 'wrong-use';
  const { mailConstraints } = issuer;
  const addresses = below.flatMap((each) => each.addresses);
  if (mailConstraints !== null && !addresses.every((address) => permits(mailConstraints, address)))
    return 'name-not-permitted';
  return problemOfTime(issuer, at);
}

// SHA-256, 384 and 512 with RSA, RSASSA-PSS, ECDSA; Ed25519. RFC 8550 §4.3.
const strongSignatures = new Set([
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
]);

function problemOfLink({ signatureAlgorithm }: Certificate): CertificateProblem | null {
  return strongSignatures.has(signatureAlgorithm) ? null : 'weak';
}

function problemOfTime({ notBefore, notAfter }: Certificate, at: Date): CertificateProblem | null {
  if (at < notBefore) return 'not-yet-valid';
  return at > notAfter ? 'expired' : null;
}

function isWeakKey({ publicKey }: Certificate): boolean {
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  return modulusLength !== undefined && modulusLength < limits.rsaBits;
}

function isAmong(certificate: Certificate, others: readonly Certificate[]): boolean {
  return others.some(({ fingerprint }) => fingerprint === certificate.fingerprint);
}
