import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
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
 * The root key in a file of mode 0600: 32 bytes in hexadecimal. Undefined when there is no such file.
 * Throws KeyringError 'root-key-unusable' when the file is readable by others, or not by us, or malformed.
 */
export async function readRootKey(file: string): Promise<RootKey | undefined> {
  const key = await readKey(file);
  return key === undefined ? undefined : rootKeyFrom(key);
}

/** Makes the file with a random key; the one that is there when another process was quicker. */
export async function makeRootKey(file: string): Promise<RootKey> {
  const key = randomBytes(32);
  const draft = join(dirname(file), `.root-key-${randomUUID()}`);
  await writeSynced(draft, `${key.toString('hex')}\n`);
  try {
    await link(draft, file); // unlike rename, never over another
  } catch (error) {
    const other = await readRootKey(file);
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(draft, { force: true });
  }
  await using folder = await open(dirname(file));
  await folder.sync();
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
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EACCES') throw error;
    throw new KeyringError(
      'root-key-unusable',
      `The root key file ${file} cannot be read by the OS user that carepost runs as. Give it to that user (chown), mode 0600.`,
      { cause: error },
    );
  }
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new KeyringError('root-key-unusable', 'The root key file must hold 64 hexadecimal digits.');
  return Buffer.from(text, 'hex');
}

async function writeSynced(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(text);
  await handle.sync();
}
