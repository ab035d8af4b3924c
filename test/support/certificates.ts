import { issueCertificate, type IssuedCertificate } from '#platform/certificates/issue-certificate.ts';
import { PemConverter, X509Certificate } from '#platform/certificates/x509.ts';

const day = 86_400_000;

/** Days from now, by the machine's clock: certificates are judged by OpenSSL. */
function validity(from: number, to: number): { from: Date; to: Date } {
  return { from: new Date(Date.now() + from * day), to: new Date(Date.now() + to * day) };
}

/** An authority for one test, and certificates good and bad. */
export async function testAuthority() {
  const authority = await issueCertificate({
    names: ['test authority'],
    validity: validity(-2, 30),
    authority: true,
  });
  const [key] = PemConverter.decode(authority.key);
  if (key === undefined) throw new Error('no key');
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    key,
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const signer = { certificate: new X509Certificate(authority.cert), privateKey };
  return {
    /** PEM, to be trusted. */
    certificate: authority.cert,
    issue: (...names: [string, ...string[]]): Promise<IssuedCertificate> =>
      issueCertificate({ names, validity: validity(-1, 10) }, signer),
    issueExpired: (...names: [string, ...string[]]): Promise<IssuedCertificate> =>
      issueCertificate({ names, validity: validity(-2, -1) }, signer),
    issueFuture: (...names: [string, ...string[]]): Promise<IssuedCertificate> =>
      issueCertificate({ names, validity: validity(1, 2) }, signer),
    selfSigned: (...names: [string, ...string[]]): Promise<IssuedCertificate> =>
      issueCertificate({ names, validity: validity(-1, 10) }),
  };
}
