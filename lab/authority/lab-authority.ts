import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  issueCertificate,
  type IssuedCertificate,
  type Signer,
} from '#platform/certificates/issue-certificate.ts';
import { PemConverter, X509Certificate } from '#platform/certificates/x509.ts';

/** The lab's certificate authority: "a CA that everybody trusts", in this small internet. */
export interface LabAuthority {
  /** PEM. Whoever is to trust the lab trusts this. */
  certificate: string;
  /** Valid for these names, for 90 days from now. */
  issue(...names: [string, ...string[]]): Promise<IssuedCertificate>;
  /** Valid once, until yesterday. */
  issueExpired(...names: [string, ...string[]]): Promise<IssuedCertificate>;
  /** Signed by nobody but itself. */
  issueSelfSigned(...names: [string, ...string[]]): Promise<IssuedCertificate>;
}

const day = 86_400_000;

/** Certificates are judged by OpenSSL, which reads the machine's clock and not the product's. */
function daysFromNow(from: number, to: number): { from: Date; to: Date } {
  const now = Date.now();
  return { from: new Date(now + from * day), to: new Date(now + to * day) };
}

/** Reads the authority kept in `folder`, or makes one there. Its key file is readable to the owner only. */
export async function openLabAuthority(folder: string): Promise<LabAuthority> {
  const path = join(folder, 'authority.pem');
  if (!existsSync(path)) {
    const made = await issueCertificate({
      names: ['carepost lab authority'],
      validity: daysFromNow(-1, 3650),
      authority: true,
    });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `${made.cert}\n${made.key}\n`, { mode: 0o600 });
  }
  const signer = await readSigner(readFileSync(path, 'utf8'));
  const valid = daysFromNow(-1, 90);
  return {
    certificate: signer.certificate.toString('pem'),
    issue: (...names) => issueCertificate({ names, validity: valid }, signer),
    issueExpired: (...names) => issueCertificate({ names, validity: daysFromNow(-91, -1) }, signer),
    issueSelfSigned: (...names) => issueCertificate({ names, validity: valid }),
  };
}

async function readSigner(pem: string): Promise<Signer> {
  const [certificate, key] = PemConverter.decode(pem);
  if (certificate === undefined || key === undefined)
    throw new Error('authority.pem holds no certificate with its key');
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    key,
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  return { certificate: new X509Certificate(certificate), privateKey };
}
