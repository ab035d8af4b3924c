import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { KeyringError } from './keyring-error.ts';
import { makeRootKey, readRootKey, type RootKey } from './root-key.ts';

const context = 'installation';

/**
 * The root key in `file`, proven to be the one of the database that `owner` connects to. A new database makes the
 * file where there is none; one that holds data never does, since another key would open nothing of it.
 * Throws KeyringError 'root-key-unusable' when the key is missing or another's.
 */
export async function openRootKey(owner: Pool, file: string): Promise<RootKey> {
  const before = await readProof(owner);
  const found = await readRootKey(file);
  if (before !== undefined) {
    if (found === undefined) {
      throw new KeyringError(
        'root-key-unusable',
        `The root key ${file} is missing, and without it nothing in the database can be read. Put back the copy of it that you keep elsewhere (docs/operations/data-folder.md).`,
      );
    }
    await found.unwrap(before, context);
    return found;
  }
  const key = found ?? (await makeRootKey(file));
  const sealed = await key.wrap(randomBytes(32), context);
  await owner.query('INSERT INTO platform.root_key_proof (sealed) VALUES ($1) ON CONFLICT DO NOTHING', [
    sealed,
  ]);
  // Two first starts at once, each with a data folder of its own: one of them proved its key first.
  await key.unwrap((await readProof(owner)) ?? sealed, context);
  return key;
}

async function readProof(owner: Pool): Promise<Buffer | undefined> {
  const { rows } = await owner.query<{ sealed: Buffer }>('SELECT sealed FROM platform.root_key_proof');
  return rows[0]?.sealed;
}
