import { createCipheriv, createDecipheriv } from 'node:crypto';

const initialValue = Buffer.alloc(8, 0xa6); // RFC 3394 §2.2.3.1

/** AES key wrap by the length of the wrapping key. RFC 3565 §2.3.2. */
export const keyWraps = {
  '2.16.840.1.101.3.4.1.5': { keyBytes: 16, cipher: 'id-aes128-wrap' },
  '2.16.840.1.101.3.4.1.25': { keyBytes: 24, cipher: 'id-aes192-wrap' },
  '2.16.840.1.101.3.4.1.45': { keyBytes: 32, cipher: 'id-aes256-wrap' },
} as const;

export type KeyWrap = (typeof keyWraps)[keyof typeof keyWraps];

export const aes256Wrap = '2.16.840.1.101.3.4.1.45';
export const aes128Wrap = '2.16.840.1.101.3.4.1.5';

export function keyWrapByOid(oid: string): KeyWrap | null {
  return Object.hasOwn(keyWraps, oid) ? keyWraps[oid as keyof typeof keyWraps] : null;
}

export function wrapKey(wrap: KeyWrap, wrapping: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv(wrap.cipher, wrapping, initialValue);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

/** Throws when the wrapped key is not intact. */
export function unwrapKey(wrap: KeyWrap, wrapping: Buffer, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv(wrap.cipher, wrapping, initialValue);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}
