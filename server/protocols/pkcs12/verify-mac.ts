import { createHmac, timingSafeEqual } from 'node:crypto';
import { digestByOid } from '../cms/digests.ts';
import type { Element } from '../cms/element.ts';
import type { Opening } from './decrypt-safe.ts';
import { deriveKey, passwordOctets } from './derive-key.ts';
import { Pkcs12Error } from './errors.ts';

/** Verifies MacData over the content of the file: RFC 7292 §4, §A. Throws Pkcs12Error 'wrong-passphrase'. */
export async function verifyMac(mac: Element, content: Buffer, by: Opening): Promise<void> {
  const fields = mac.fields;
  const info = fields.take(0x30).fields;
  const digest = digestByOid(info.take(0x30).fields.take().oid);
  const expected = info.take(0x04).content;
  const salt = fields.take(0x04).content;
  const iterations = fields.takeIf(0x02)?.integer ?? 1;
  if (digest === null) throw new Pkcs12Error('unsupported'); // PBMAC1 (RFC 9579) among them
  // An empty passphrase is written as one, or as none at all.
  const passwords = [passwordOctets(by.passphrase), ...(by.passphrase === '' ? [Buffer.alloc(0)] : [])];
  for (const password of passwords) {
    by.work.spend(iterations);
    const bytes = expected.length;
    const key = await deriveKey({ digest, password, salt, iterations }, 'mac', macBytes[digest]);
    const found = createHmac(digest, key).update(content).digest();
    if (bytes === found.length && timingSafeEqual(found, expected)) return;
  }
  throw new Pkcs12Error('wrong-passphrase');
}

const macBytes = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
