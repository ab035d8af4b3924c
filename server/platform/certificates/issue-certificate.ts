import { randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from './x509.ts';

/** A certificate with its key, as `tls.createServer` takes them. */
export interface IssuedCertificate {
  /** PEM. */
  cert: string;
  /** PKCS #8, PEM. */
  key: string;
}

/** Who signs. Without one, the certificate signs itself. */
export interface Signer {
  certificate: x509.X509Certificate;
  privateKey: webcrypto.CryptoKey;
}

export interface CertificateRequest {
  /** DNS names; the first is the subject too. For an authority, its display name. */
  names: readonly [string, ...string[]];
  validity: { from: Date; to: Date };
  authority?: boolean;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Issues a certificate with a fresh P-256 key. */
export async function issueCertificate(
  request: CertificateRequest,
  signer?: Signer,
): Promise<IssuedCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = new x509.Name([{ CN: [request.names[0]] }]).toString();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject,
    issuer: signer?.certificate.subject ?? subject,
    notBefore: request.validity.from,
    notAfter: request.validity.to,
    publicKey: keys.publicKey,
    signingKey: signer?.privateKey ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: request.authority === true ? authorityExtensions() : serverExtensions(request.names),
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

function authorityExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

function serverExtensions(names: readonly string[]): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(false),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
  ];
}
