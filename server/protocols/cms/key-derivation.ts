import { createHash, hkdfSync } from 'node:crypto';
import { context, element, octetString, sequence, type Der } from './der.ts';

/**
 * The X9.63 key derivation function: SEC 1 §3.6.1, as RFC 5753 §7.1.4 uses it.
 * Nothing is derived that is longer than one digest makes twice.
 */
export function deriveByX963(secret: Buffer, info: Buffer, digest: string, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 1, have = 0; have < bytes; counter += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    const block = createHash(digest).update(secret).update(number).update(info).digest();
    blocks.push(block);
    have += block.length;
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** HKDF as RFC 8418 §2.2 uses it: the user keying material, where there is some, is the salt. */
export function deriveByHkdf(
  secret: Buffer,
  info: Buffer,
  digest: string,
  bytes: number,
  keyingMaterial: Buffer | null,
): Buffer {
  return Buffer.from(hkdfSync(digest, secret, keyingMaterial ?? Buffer.alloc(0), info, bytes));
}

/** ECC-CMS-SharedInfo: what the key is for. RFC 5753 §7.2. */
export function sharedInfo(wrapAlgorithm: Der, keyingMaterial: Buffer | null, keyBytes: number): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(keyBytes * 8);
  return Buffer.concat(
    sequence(
      wrapAlgorithm,
      keyingMaterial === null ? [] : element(context(0, 'constructed'), octetString([keyingMaterial])),
      element(context(2, 'constructed'), octetString([bits])),
    ),
  );
}
