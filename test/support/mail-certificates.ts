import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  AuthorityKeyIdentifierExtension,
  X509CertificateGenerator,
} from '#platform/certificates/x509.ts';
import { readCertificate, type Identity } from '#protocols/cms/index.ts';

export type MailKey = 'rsa' | 'p256' | 'p384' | 'ed25519' | 'x25519';

const day = 86_400_000;

interface MailCertificateOptions {
  readonly key?: MailKey;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly purposes?: readonly string[] | null;
  readonly uses?: readonly MailKeyUse[];
  readonly authority?: { readonly pathLength?: number };
  /** More extensions. */
  readonly extensions?: readonly Extension[];
  readonly rsaBits?: number;
  readonly noName?: boolean;
}

function newKey(kind: MailKey, rsaBits = 2048): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: rsaBits });
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  if (kind === 'x25519') return generateKeyPairSync('x25519');
  return generateKeyPairSync('ec', { namedCurve: kind === 'p256' ? 'P-256' : 'P-384' });
}

/** An authority for mail certificates, its own or below another. */
interface MailAuthority extends Identity {
  readonly issue: (address: string, options?: MailCertificateOptions) => Promise<Identity>;
  readonly issueAuthority: (name: string, options?: MailCertificateOptions) => Promise<MailAuthority>;
}

// RFC 5280 §4.2.1.3, by the bit in the first octet.
const useBits = { digitalSignature: 0x80, keyEncipherment: 0x20, keyAgreement: 0x08, keyCertSign: 0x04 };

type MailKeyUse = keyof typeof useBits;

function keyUsage(uses: readonly MailKeyUse[]): Extension {
  const octet = uses.reduce((sum, use) => sum | useBits[use], 0);
  const unused = 31 - Math.clz32(octet & -octet);
  return new Extension('2.5.29.15', true, Uint8Array.of(0x03, 2, unused, octet));
}

const emailProtection = '1.3.6.1.5.5.7.3.4';

async function issue(name: string, options: MailCertificateOptions, by: Identity | null): Promise<Identity> {
  const { key = 'p256', authority, from = authority ? -300 : -2, to = 300 } = options;
  const pair = newKey(key, options.rsaBits);
  const signer = by?.privateKey ?? pair.privateKey;
  const publicKey = new PublicKey(new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })));
  const issuerKey =
    by === null
      ? publicKey
      : new PublicKey(new Uint8Array(by.certificate.publicKey.export({ type: 'spki', format: 'der' })));
  const purposes = options.purposes === undefined ? (authority ? null : [emailProtection]) : options.purposes;
  const encrypts = key === 'rsa' ? 'keyEncipherment' : 'keyAgreement';
  const owns: readonly MailKeyUse[] = key === 'x25519' ? [encrypts] : ['digitalSignature', encrypts];
  const uses = options.uses ?? (authority ? ['keyCertSign'] : owns);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(12).toString('hex')}`,
    subject: `CN=${authority ? name : 'A person'}`,
    issuer: by === null ? `CN=${name}` : by.certificate.x509.subject.split('\n').reverse().join(', '),
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
    publicKey,
    signingKey: await signingKey(signer),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      ...(authority ? [new BasicConstraintsExtension(true, authority.pathLength, true)] : []),
      keyUsage(uses),
      ...(purposes === null ? [] : [new ExtendedKeyUsageExtension([...purposes])]),
      ...(authority || options.noName
        ? []
        : [new SubjectAlternativeNameExtension([{ type: 'email', value: name }])]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuerKey),
      ...(options.extensions ?? []),
    ],
  });
  const read = readCertificate(Buffer.from(certificate.rawData));
  if (read === null) throw new Error('the certificate that was made cannot be read');
  return { certificate: read, privateKey: pair.privateKey };
}

/** Authorities have P-256 keys: what they sign is quick to make. */
async function signingKey(key: KeyObject) {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

function asAuthority(identity: Identity): MailAuthority {
  return {
    ...identity,
    issue: (address, options = {}) => issue(address, options, identity),
    issueAuthority: async (name, options = {}) =>
      asAuthority(await issue(name, { authority: {}, ...options }, identity)),
  };
}

export async function mailAuthority(name = 'Test mail authority'): Promise<MailAuthority> {
  return asAuthority(await issue(name, { authority: {} }, null));
}
