import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Database, Tx } from '../database/database.ts';
import { KeyringError } from './keyring-error.ts';
import type { RootKey } from './root-key.ts';

/** Bytes of `OrganizationKey.prefix`. */
export const versionBytes = 4;

export interface OrganizationKey {
  readonly version: number;
  /** The version as sealed values begin with it: 4 bytes, big-endian. */
  readonly prefix: Buffer;
  /** Wraps data keys. */
  readonly wrapping: KeyObject;
  /** Seals fields. */
  readonly sealing: KeyObject;
  /** Blind indexes. Those of version 1 stay in use after rotation, since an index cannot be re-keyed lazily. */
  readonly index: KeyObject;
  /** Search tokens; as `index`. */
  readonly search: KeyObject;
}

/** The organisation keys, unwrapped on first use and kept in memory. */
export function createOrganizationKeys(database: Database, rootKey: RootKey) {
  const loaded = new Map<OrganizationId, Promise<OrganizationKey[]>>();

  function all(organizationId: OrganizationId): Promise<OrganizationKey[]> {
    let keys = loaded.get(organizationId);
    if (keys === undefined) {
      keys = load(organizationId);
      loaded.set(organizationId, keys);
      keys.catch(() => loaded.delete(organizationId));
    }
    return keys;
  }

  async function load(organizationId: OrganizationId): Promise<OrganizationKey[]> {
    const rows = await database.inTenant(organizationId, async (tx) => {
      const found = await select(tx, organizationId);
      if (found.length > 0) return found;
      const wrapped = await rootKey.wrap(randomBytes(32), `${organizationId}:1`);
      await sql`INSERT INTO platform.organization_key (organization_id, version, wrapped)
        VALUES (${organizationId}, 1, ${wrapped}) ON CONFLICT DO NOTHING`.execute(tx);
      return select(tx, organizationId);
    });
    return Promise.all(
      rows.map(async ({ version, wrapped }) =>
        expand(version, await rootKey.unwrap(wrapped, `${organizationId}:${version}`)),
      ),
    );
  }

  function required(key: OrganizationKey | undefined): OrganizationKey {
    if (key === undefined)
      throw new KeyringError('sealed-value-damaged', 'A sealed value names a key that does not exist.');
    return key;
  }

  return {
    current: async (organizationId: OrganizationId) => required((await all(organizationId)).at(-1)),
    first: async (organizationId: OrganizationId) => required((await all(organizationId))[0]),
    async version(organizationId: OrganizationId, version: number): Promise<OrganizationKey> {
      const known = (await all(organizationId)).find((key) => key.version === version);
      if (known !== undefined) return known;
      loaded.delete(organizationId); // another server may have rotated since
      return required((await all(organizationId)).find((key) => key.version === version));
    },
  };
}

async function select(tx: Tx, organizationId: OrganizationId) {
  const { rows } = await sql<{ version: number; wrapped: Buffer }>`
    SELECT version, wrapped FROM platform.organization_key WHERE organization_id = ${organizationId} ORDER BY version`.execute(
    tx,
  );
  return rows;
}

function expand(version: number, root: Buffer): OrganizationKey {
  const secret = (label: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `carepost:${label}`, 32)));
  const prefix = Buffer.alloc(versionBytes);
  prefix.writeUInt32BE(version);
  return {
    version,
    prefix,
    wrapping: secret('wrapping'),
    sealing: secret('sealing'),
    index: secret('index'),
    search: secret('search'),
  };
}
