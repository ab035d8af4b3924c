import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Element } from '../cms/element.ts';
import { deriveKey, passwordOctets } from './derive-key.ts';
import { Pkcs12Error } from './errors.ts';
import type { WorkBudget } from './work-budget.ts';

const pbkdf2InPool = promisify(pbkdf2);

const pbes2 = '1.2.840.113549.1.5.13';
const pbkdf2Oid = '1.2.840.113549.1.5.12';
const shaAndTripleDes = '1.2.840.113549.1.12.1.3'; // RFC 7292 §C

// RFC 8018 §B.1.2: SHA-1 where none is named.
const prfs: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
};

/** How a part of the file is opened: what its MAC has vouched for, under one passphrase and one budget. */
export interface Opening {
  readonly passphrase: string;
  readonly work: WorkBudget;
}

/** Decrypts by the AlgorithmIdentifier that stands before. Throws Pkcs12Error or CmsError. */
export async function decryptSafe(identifier: Element, content: Buffer, by: Opening): Promise<Buffer> {
  const fields = identifier.fields;
  const oid = fields.take().oid;
  const parameters = fields.take(0x30);
  const { name, key, iv } =
    oid === pbes2 ? await byPbes2(parameters, by) : await byTripleDes(oid, parameters, by);
  try {
    const decipher = createDecipheriv(name, key, iv);
    return Buffer.concat([decipher.update(content), decipher.final()]);
  } catch {
    throw new Pkcs12Error('wrong-passphrase'); // the key has a passphrase of its own
  } finally {
    key.fill(0);
  }
}

interface Keyed {
  readonly name: string;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** RFC 8018 §6.2, §A.2, §A.4. */
async function byPbes2(parameters: Element, { passphrase, work }: Opening): Promise<Keyed> {
  const fields = parameters.fields;
  const derivation = fields.take(0x30).fields;
  const scheme = fields.take(0x30).fields;
  if (derivation.take().oid !== pbkdf2Oid) throw new Pkcs12Error('unsupported');
  const derived = derivation.take(0x30).fields;
  const salt = derived.take(0x04).content;
  const iterations = derived.take(0x02).integer;
  derived.takeIf(0x02); // its length, which the cipher says as well
  const prf = derived.takeIf(0x30)?.fields.take().oid;
  const digest = prf === undefined ? 'sha1' : prfs[prf];
  const cipher = ciphers[scheme.take().oid];
  const iv = scheme.take(0x04).content;
  if (digest === undefined || cipher === undefined || iv.length !== 16) throw new Pkcs12Error('unsupported');
  work.spend(iterations);
  const key = await pbkdf2InPool(Buffer.from(passphrase), salt, iterations, cipher.keyBytes, digest);
  return { name: cipher.name, key, iv };
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC: RFC 7292 §C. */
async function byTripleDes(oid: string, parameters: Element, { passphrase, work }: Opening): Promise<Keyed> {
  if (oid !== shaAndTripleDes) throw new Pkcs12Error('unsupported');
  const fields = parameters.fields;
  const salt = fields.take(0x04).content;
  const iterations = fields.take(0x02).integer;
  work.spend(iterations * 3); // two blocks of key, one of initialisation vector
  const input = { digest: 'sha1', password: passwordOctets(passphrase), salt, iterations } as const;
  return {
    name: 'des-ede3-cbc',
    key: await deriveKey(input, 'key', 24),
    iv: await deriveKey(input, 'iv', 8),
  };
}
