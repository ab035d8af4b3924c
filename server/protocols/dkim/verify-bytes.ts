import { createHash, verify } from 'node:crypto';
import type { DkimKey } from './key-record.ts';
import type { SignatureAlgorithm } from './signature.ts';

/** Whether `signature` by `key` is over `data`. Runs off the event loop; false too for a key of another kind. */
export function verifyBytes(
  algorithm: SignatureAlgorithm,
  data: Buffer,
  { type, key }: DkimKey,
  signature: Buffer,
): Promise<boolean> {
  const isRsa = algorithm === 'rsa-sha256';
  if (isRsa !== (type === 'rsa')) return Promise.resolve(false);
  // RFC 8463 §3: Ed25519 signs the SHA-256 of what RSA signs.
  const signed = isRsa ? data : createHash('sha256').update(data).digest();
  return new Promise<boolean>((resolve) => {
    verify(isRsa ? 'sha256' : null, signed, key, signature, (error, valid) =>
      resolve(error === null && valid),
    );
  }).catch(() => false); // a key that OpenSSL takes for none after all
}
