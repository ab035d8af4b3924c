import { createPublicKey, diffieHellman, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  algorithm,
  bitString,
  context,
  element,
  octetString,
  sequence,
  smallInteger,
  type Der,
} from './der.ts';
import { Element } from './element.ts';
import { CmsError } from './errors.ts';
import { deriveByHkdf, deriveByX963, sharedInfo } from './key-derivation.ts';
import { aes128Wrap, aes256Wrap, keyWrapByOid, unwrapKey, wrapKey } from './key-wrap.ts';
import { nameOf, readName, type CertificateName } from './names.ts';
import { oids } from './oids.ts';
import type { Certificate } from './certificate.ts';
import type { OpenKey } from './key-transport.ts';

interface Scheme {
  readonly derivation: 'x963' | 'hkdf';
  readonly digest: string;
}

// The curves in use have cofactor 1, so cofactor DH is the same as standard DH.
const schemes: Readonly<Record<string, Scheme>> = {
  '1.3.133.16.840.63.0.2': { derivation: 'x963', digest: 'sha1' }, // RFC 5753 §7.1.4; OpenSSL's default
  '1.3.133.16.840.63.0.3': { derivation: 'x963', digest: 'sha1' },
  '1.3.132.1.11.1': { derivation: 'x963', digest: 'sha256' },
  '1.3.132.1.11.2': { derivation: 'x963', digest: 'sha384' },
  '1.3.132.1.11.3': { derivation: 'x963', digest: 'sha512' },
  '1.3.132.1.14.1': { derivation: 'x963', digest: 'sha256' },
  '1.3.132.1.14.2': { derivation: 'x963', digest: 'sha384' },
  '1.3.132.1.14.3': { derivation: 'x963', digest: 'sha512' },
  '1.2.840.113549.1.9.16.3.19': { derivation: 'hkdf', digest: 'sha256' }, // RFC 8418 §2.2
  '1.2.840.113549.1.9.16.3.20': { derivation: 'hkdf', digest: 'sha384' },
  '1.2.840.113549.1.9.16.3.21': { derivation: 'hkdf', digest: 'sha512' },
};

/** What is written for each kind of key: RFC 8551 §2.3, and a digest as strong as the curve. */
const written: Readonly<Record<string, { readonly scheme: string; readonly wrap: string }>> = {
  prime256v1: { scheme: '1.3.132.1.11.1', wrap: aes128Wrap },
  secp384r1: { scheme: '1.3.132.1.11.2', wrap: aes256Wrap },
  secp521r1: { scheme: '1.3.132.1.11.3', wrap: aes256Wrap },
  brainpoolP256r1: { scheme: '1.3.132.1.11.1', wrap: aes128Wrap },
  brainpoolP384r1: { scheme: '1.3.132.1.11.2', wrap: aes256Wrap },
  brainpoolP512r1: { scheme: '1.3.132.1.11.3', wrap: aes256Wrap },
  x25519: { scheme: '1.2.840.113549.1.9.16.3.19', wrap: aes128Wrap },
};

const newKeyPair = promisify(generateKeyPair);

/** True when a key can be agreed on with the owner of this one. */
export function canAgree(key: KeyObject): boolean {
  return curveOf(key) in written;
}

function curveOf(key: KeyObject): string {
  return (
    (key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : key.asymmetricKeyType) ?? ''
  );
}

/** KeyAgreeRecipientInfo with an ephemeral key. RFC 5652 §6.2.2, RFC 5753 §3.1, RFC 8418 §3. */
export async function agreeOnKey(recipient: Certificate, key: Buffer): Promise<Der> {
  const curve = curveOf(recipient.publicKey);
  const choice = written[curve];
  const scheme = choice && schemes[choice.scheme];
  const wrap = choice && keyWrapByOid(choice.wrap);
  if (choice === undefined || scheme === undefined || wrap == null) throw new CmsError('cannot-encrypt');
  const ephemeral =
    curve === 'x25519' ? await newKeyPair('x25519') : await newKeyPair('ec', { namedCurve: curve });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.publicKey });
  const wrapAlgorithm = algorithm(choice.wrap); // RFC 3565 §2.3.2: no parameters
  const wrapping = derive(scheme, secret, wrapAlgorithm, null, wrap.keyBytes);
  const spki = Element.read(ephemeral.publicKey.export({ type: 'spki', format: 'der' })).fields;
  spki.take();
  const originatorKey = element(
    context(1, 'constructed'),
    algorithm(curve === 'x25519' ? oids.x25519 : oids.ecPublicKey),
    bitString(spki.take().bits),
  );
  return element(
    context(1, 'constructed'),
    smallInteger(3),
    element(context(0, 'constructed'), originatorKey),
    algorithm(choice.scheme, wrapAlgorithm),
    sequence(sequence(nameOf(recipient), octetString([wrapKey(wrap, wrapping, key)]))),
  );
}

function derive(
  { derivation, digest }: Scheme,
  secret: Buffer,
  wrapAlgorithm: Der,
  keyingMaterial: Buffer | null,
  keyBytes: number,
): Buffer {
  const info = sharedInfo(wrapAlgorithm, keyingMaterial, keyBytes);
  return derivation === 'x963'
    ? deriveByX963(secret, info, digest, keyBytes)
    : deriveByHkdf(secret, info, digest, keyBytes, keyingMaterial);
}

/** One recipient of a KeyAgreeRecipientInfo. */
export interface AgreedKey {
  readonly name: CertificateName;
  readonly open: (recipient: Certificate) => OpenKey;
}

/** Throws CmsError for what is malformed or not implemented: static originator keys are not. The openers throw. */
export function readAgreedKeys(info: Element): AgreedKey[] {
  const fields = info.fields;
  if (fields.take().integer !== 3) throw new CmsError('malformed');
  const originator = fields.take(0xa0).fields.take();
  const keyingMaterial = fields.takeIf(0xa1)?.fields.take(0x04).octets ?? null;
  const identifier = fields.take(0x30).fields;
  const recipients = fields.take(0x30).members;
  fields.end();
  const scheme = schemes[identifier.take().oid];
  const wrapAlgorithm = identifier.take(0x30);
  const wrapOid = wrapAlgorithm.fields.take().oid;
  const wrap = keyWrapByOid(wrapOid);
  if (originator.tag !== 0xa1 || scheme === undefined || wrap === null) throw new CmsError('unsupported');
  const originatorKey = originator.fields;
  originatorKey.take(0x30);
  const point = originatorKey.take().bits;
  return recipients.map((recipient) => {
    const each = recipient.fields;
    const name = readRecipientName(each.take());
    const wrapped = each.take(0x04).octets;
    // The curve is the recipient's: a point that is not on it makes no key.
    const open =
      ({ keyAlgorithm }: Certificate) =>
      (privateKey: KeyObject) => {
        const spki = Buffer.concat(sequence([keyAlgorithm], bitString(point)));
        const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
        const secret = diffieHellman({ privateKey, publicKey });
        return unwrapKey(
          wrap,
          derive(scheme, secret, [wrapAlgorithm.der], keyingMaterial, wrap.keyBytes),
          wrapped,
        );
      };
    return { name, open };
  });
}

/** KeyAgreeRecipientIdentifier: RFC 5652 §6.2.2. */
function readRecipientName(rid: Element): CertificateName {
  return rid.tag === 0xa0 ? { subjectKeyId: rid.fields.take(0x04).content } : readName(rid);
}
