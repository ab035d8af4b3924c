import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { OrganizationId } from '#contract/ids.ts';
import type { Database } from '../database/database.ts';
import { secureRandom } from '../random.ts';
import { openWith, sealWith } from './aead.ts';
import { KeyringError } from './keyring-error.ts';
import { createFieldKeys, saltBytes } from './field-keys.ts';
import { createOrganizationKeys, versionBytes, type OrganizationKey } from './organization-keys.ts';
import type { RootKey } from './root-key.ts';

export interface DataKey {
  /** For memory only. */
  readonly key: KeyObject;
  /** What is stored beside the data; destroying it ends the data. 64 bytes. */
  readonly wrapped: Buffer;
}

/**
 * Root key → organisation key (versioned) → a data key a message, attachment or sealed field.
 * After an organisation's first use nothing here does I/O.
 * Opening throws KeyringError 'sealed-value-damaged' for a changed value or a wrong purpose.
 */
export interface Keyring {
  createDataKey(organizationId: OrganizationId): Promise<DataKey>;
  openDataKey(organizationId: OrganizationId, wrapped: Buffer): Promise<KeyObject>;
  /** Seals one field under a key derived for its purpose. `purpose` is authenticated, e.g. 'delivery.recipient.address'. */
  seal(organizationId: OrganizationId, purpose: string, value: string | Buffer): Promise<Buffer>;
  open(organizationId: OrganizationId, purpose: string, sealed: Buffer): Promise<Buffer>;
  openText(organizationId: OrganizationId, purpose: string, sealed: Buffer): Promise<string>;
  /** 16 bytes, equal for equal values of one organisation and purpose. Normalise the value first. */
  blindIndex(organizationId: OrganizationId, purpose: string, value: string): Promise<Buffer>;
  /** 16 bytes, equal across organisations: only for finding who signs in. */
  globalBlindIndex(purpose: string, value: string): Promise<Buffer>;
  /** 63-bit keyed hashes of search tokens, in the order given. */
  tokenIndex(organizationId: OrganizationId, tokens: readonly string[]): Promise<bigint[]>;
}

export function createKeyring(database: Database, rootKey: RootKey): Keyring {
  const keys = createOrganizationKeys(database, rootKey);
  const fieldKeys = createFieldKeys();
  const globalKeys = new Map<string, Promise<KeyObject>>();

  async function openVersioned(
    organizationId: OrganizationId,
    sealed: Buffer,
    open: (key: OrganizationKey, rest: Buffer) => Buffer,
  ): Promise<Buffer> {
    if (sealed.length <= versionBytes)
      throw new KeyringError('key-destroyed', 'This content has been destroyed.');
    const key = await keys.version(organizationId, sealed.readUInt32BE(0));
    try {
      return open(key, sealed.subarray(versionBytes));
    } catch (cause) {
      throw new KeyringError('sealed-value-damaged', 'A sealed value could not be opened.', { cause });
    }
  }

  const open: Keyring['open'] = (organizationId, purpose, sealed) =>
    openVersioned(organizationId, sealed, (key, rest) =>
      openWith(
        fieldKeys.forOpening(key, purpose, rest.subarray(0, saltBytes)),
        `${organizationId}:${purpose}`,
        rest.subarray(saltBytes),
      ),
    );

  return {
    async createDataKey(organizationId) {
      const organizationKey = await keys.current(organizationId);
      const key = secureRandom(32);
      const wrapped = sealWith(organizationKey.wrapping, `${organizationId}:data-key`, key);
      return {
        key: createSecretKey(key),
        wrapped: Buffer.concat([organizationKey.prefix, wrapped]),
      };
    },
    openDataKey: async (organizationId, wrapped) =>
      createSecretKey(
        await openVersioned(organizationId, wrapped, (key, rest) =>
          openWith(key.wrapping, `${organizationId}:data-key`, rest),
        ),
      ),
    async seal(organizationId, purpose, value) {
      const organizationKey = await keys.current(organizationId);
      const { salt, key } = fieldKeys.forSealing(organizationKey, purpose);
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      return Buffer.concat([
        organizationKey.prefix,
        salt,
        sealWith(key, `${organizationId}:${purpose}`, bytes),
      ]);
    },
    open,
    openText: async (organizationId, purpose, sealed) =>
      (await open(organizationId, purpose, sealed)).toString('utf8'),
    async blindIndex(organizationId, purpose, value) {
      return digest((await keys.first(organizationId)).index, `${purpose}\0${value}`).subarray(0, 16);
    },
    async globalBlindIndex(purpose, value) {
      let key = globalKeys.get(purpose);
      if (key === undefined) {
        key = rootKey.derive(`global-index:${purpose}`).then(createSecretKey);
        globalKeys.set(purpose, key);
      }
      return digest(await key, value).subarray(0, 16);
    },
    async tokenIndex(organizationId, tokens) {
      const { search } = await keys.first(organizationId);
      return tokens.map((token) => digest(search, token).readBigUInt64BE(0) >> 1n);
    },
  };
}

function digest(key: KeyObject, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}
