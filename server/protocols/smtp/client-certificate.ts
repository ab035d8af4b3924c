import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** What a client showed in the handshake; that it holds the key is proven. */
export interface ClientCertificate {
  /** SHA-256, hexadecimal in lower case. */
  readonly fingerprint: string;
  /** Of an authority that we trust, in its time, and it is for this name. */
  isFor(name: string): boolean;
}

/** `trusted`: authorities beside the public ones that issue such certificates themselves, without an intermediate. */
export function readClientCertificate(
  socket: TLSSocket,
  trusted: readonly X509Certificate[],
): ClientCertificate | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  // A resumed session keeps the certificate and the verdict of its first handshake, which was with us.
  const isProven = socket.authorized || trusted.some((authority) => isIssuedBy(certificate, authority));
  return {
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    isFor: (name) => isProven && certificate.checkHost(name, { subject: 'never' }) !== undefined,
  };
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  const now = new Date();
  const isInTime = (one: X509Certificate): boolean => one.validFromDate <= now && now <= one.validToDate;
  return (
    authority.ca &&
    isInTime(certificate) &&
    isInTime(authority) &&
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey)
  );
}
