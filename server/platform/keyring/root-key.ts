import { hkdfSync, randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openWith, sealWith } from './aead.ts';
import { KeyringError } from './keyring-error.ts';

/**
 * What wraps organisation keys. The local file is one; a key service (Vault transit, AWS KMS, PKCS#11)
 * is another: it sees only 32-byte keys, never data.
 */
export interface RootKey {
  wrap(key: Buffer, context: string): Promise<Buffer>;
  unwrap(wrapped: Buffer, context: string): Promise<Buffer>;
  /** 32 bytes that stay the same for `label` as long as the root key does: for indexes that span organisations. */
  derive(label: string): Promise<Buffer>;
}

/**
 * The root key in a file of mode 0600, made on first use: 32 random bytes in hexadecimal.
 * Throws KeyringError 'root-key-unusable' when the file is readable by others or malformed.
 */
export async function localRootKey(file: string): Promise<RootKey> {
  const key = (await readKey(file)) ?? (await createKey(file));
  return rootKeyFrom(key);
}

/** A root key held in memory. `key`: 32 bytes. */
export function rootKeyFrom(key: Buffer): RootKey {
  return {
    wrap: async (plain, context) => sealWith(key, `root:${context}`, plain),
    async unwrap(wrapped, context) {
      try {
        return openWith(key, `root:${context}`, wrapped);
      } catch (cause) {
        throw new KeyringError(
          'root-key-unusable',
          'The root key does not open the keys of this database. Restore the root key that belongs to it.',
          { cause },
        );
      }
    },
    derive: async (label) => Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `carepost:${label}`, 32)),
  };
}

async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    if (((await stat(file)).mode & 0o077) !== 0) {
      throw new KeyringError(
        'root-key-unusable',
        `The root key file can be read by other users. Run: chmod 600 ${file}`,
      );
    }
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new KeyringError('root-key-unusable', 'The root key file must hold 64 hexadecimal digits.');
  return Buffer.from(text, 'hex');
}

async function createKey(file: string): Promise<Buffer> {
  const key = randomBytes(32);
  const partial = join(dirname(file), `.root-key-${process.pid}`);
  const handle = await open(partial, 'wx', 0o600);
  await handle.writeFile(`${key.toString('hex')}\n`);
  await handle.sync();
  await handle.close();
  await chmod(partial, 0o600);
  await rename(partial, file);
  const folder = await open(dirname(file));
  await folder.sync();
  await folder.close();
  return key;
}
