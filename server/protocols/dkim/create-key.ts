import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SignatureAlgorithm } from './signature.ts';

const generate = promisify(generateKeyPair);

/** A new key: RSA of 2048 bits (RFC 8301 §3.2) or Ed25519. Made in the thread pool. */
export async function createSigningKey(algorithm: SignatureAlgorithm): Promise<KeyObject> {
  const { privateKey } =
    algorithm === 'rsa-sha256'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ed25519', {});
  return privateKey;
}

/** The private half for keeping under seal: PKCS #8, DER. */
export function exportSigningKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' });
}

/** The reverse. Throws for what is no private key. */
export function importSigningKey(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** What is published of a key at `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1, RFC 8463 §4.2). */
export function keyRecordOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return key.asymmetricKeyType === 'ed25519'
    ? `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString('base64')}` // RFC 8410 §4: the key ends it
    : `v=DKIM1; k=rsa; p=${spki.toString('base64')}`;
}
