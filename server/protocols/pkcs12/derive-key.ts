import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';

/** What derived octets are for. RFC 7292 §B.3. */
export const purposes = { key: 1, iv: 2, mac: 3 } as const;

const blockBytes = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;
export type DerivationDigest = keyof typeof blockBytes;

export interface DerivationInput {
  readonly digest: DerivationDigest;
  /** As `passwordOctets` gives it. */
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** BMPString with two octets of zero at its end. RFC 7292 §B.1. */
export function passwordOctets(passphrase: string): Buffer {
  return Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
}

const turnEvery = 5_000;

/** The key derivation of PKCS #12: RFC 7292 §B.2. The event loop has its turns. */
export async function deriveKey(
  { digest, password, salt, iterations }: DerivationInput,
  purpose: keyof typeof purposes,
  bytes: number,
): Promise<Buffer> {
  const v = blockBytes[digest];
  const diversifier = Buffer.alloc(v, purposes[purpose]);
  const input = Buffer.concat([repeated(salt, v), repeated(password, v)]);
  const out: Buffer[] = [];
  for (let have = 0; have < bytes;) {
    let block = hash(digest, Buffer.concat([diversifier, input]), 'buffer');
    for (let done = 1; done < iterations; done += 1) {
      block = hash(digest, block, 'buffer');
      if (done % turnEvery === 0) await turn();
    }
    out.push(block);
    have += block.length;
    if (have < bytes) addToBlocks(input, repeated(block, v).subarray(0, v), v);
  }
  return Buffer.concat(out).subarray(0, bytes);
}

/** To the next multiple of `v`; nothing of nothing. */
function repeated(octets: Buffer, v: number): Buffer {
  if (octets.length === 0) return octets;
  const length = Math.ceil(octets.length / v) * v;
  return Buffer.alloc(length, octets);
}

/** Each block of `v` octets becomes block + added + 1, modulo 2^(8v). */
function addToBlocks(input: Buffer, added: Buffer, v: number): void {
  for (let start = 0; start < input.length; start += v) {
    let carry = 1;
    for (let at = v - 1; at >= 0; at -= 1) {
      const sum = (input[start + at] ?? 0) + (added[at] ?? 0) + carry;
      input[start + at] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
