import { readCertificates, type Certificate } from '../cms/certificate.ts';

/** The issuer of a certificate among those in a file (DER or PEM), when it may issue and did; null otherwise. */
export function findIssuer(certificate: Certificate, file: Buffer, now: Date): Certificate | null {
  const found = readCertificates(file)
    .slice(0, 8)
    .find(
      (each) =>
        each.subject.equals(certificate.issuer) &&
        each.isAuthority &&
        each.keyUses?.keyCertSign !== false &&
        each.notBefore <= now &&
        each.notAfter > now &&
        certificate.x509.verify(each.publicKey),
    );
  return found ?? null;
}
