import type { OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Loop } from '#platform/lifecycle/loop.ts';
import { addKeys } from './add-keys.ts';
import { createRevocationChecks, isNeverAsked } from './check-revocations.ts';
import { destroyOriginals } from './destroy-original.ts';
import { encryptMessage, type Encrypted, type ToEncrypt } from './encrypt-message.ts';
import { findKeyPolicy } from './key-policy-store.ts';
import { keysOfAddresses } from './known-keys.ts';
import { lookUpWebKey, notLookedUp } from './look-up-web-key.ts';
import { createOpenLoop, type OpenWaitingPorts } from './open-waiting.ts';
import { selectWebKeys } from './own-key-store.ts';
import { openOwnKey, webKeyIndex } from './own-keys.ts';
import { bytesOfText, readKeys } from './read-keys.ts';
import { keyRoutes } from './routes.ts';
import { usableKeys, type RecipientKeys } from './usable-keys.ts';
import { insertWaiting, type WaitingMessage } from './waiting-store.ts';

/** The key directory of every organisation, and what is done with its keys. */
export interface Keys {
  /** Of those addresses that have any. Asks their domains first where the organisation trusts those. Hold no transaction. */
  keysOf(
    organizationId: OrganizationId,
    addresses: readonly string[],
  ): Promise<ReadonlyMap<string, RecipientKeys>>;
  /** An upload: a key or certificate for every address that it names, trusted at once. Throws KeysError 'invalid-key'. */
  addTrusted(organizationId: OrganizationId, text: string, by: Doer): Promise<void>;
  encrypt(message: ToEncrypt): Promise<Encrypted>;
  openLater(tx: Tx, waiting: readonly WaitingMessage[]): Promise<void>;
  /** The keys that a domain of ours publishes under a name of the Web Key Directory; null: none. */
  webKey(domain: string, hash: string): Promise<Buffer | null>;
  /** Ends the thread of OpenPGP. */
  close(): Promise<void>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

/** Of one choice: a list of recipients must not become a flood of questions. */
const mostLookUps = 20;

export function createKeys(ports: OpenWaitingPorts): Keys {
  const { database, keyring } = ports;
  const loop = createOpenLoop(ports);
  const revocation = createRevocationChecks(ports);
  destroyOriginals(ports);
  const by = { actor: { kind: 'system', part: 'protection' } } as const;

  return {
    async keysOf(organizationId, addresses) {
      const { keys, toAsk, rows } = await database.inTenant(organizationId, async (tx) => {
        const known = await keysOfAddresses(tx, ports, organizationId, addresses);
        const found = await usableKeys(ports, known);
        const unknown = addresses.filter((address) => !found.has(address));
        const isAsked = unknown.length > 0 && (await findKeyPolicy(tx, organizationId)).trustWebKeys;
        return {
          keys: found,
          rows: [...known.values()].flat().filter(isNeverAsked).slice(0, mostLookUps),
          toAsk: isAsked ? await notLookedUp(tx, ports, organizationId, unknown) : [],
        };
      });
      if (toAsk.length === 0 && rows.length === 0) return keys;
      await Promise.all([
        revocation.askFirst(rows),
        ...toAsk.slice(0, mostLookUps).map((address) => lookUpWebKey(ports, organizationId, address, by)),
      ]);
      return database.inTenant(organizationId, async (tx) =>
        usableKeys(ports, await keysOfAddresses(tx, ports, organizationId, addresses)),
      );
    },
    async addTrusted(organizationId, text, doer) {
      const read = await readKeys(ports, bytesOfText(text));
      const upload = { organizationId, keys: read, only: null, trusted: true };
      await database.inTenant(organizationId, (tx) => addKeys(tx, ports, upload, doer));
    },
    encrypt: (message) => encryptMessage({ ...ports, revocation }, message),
    async openLater(tx, waiting) {
      await insertWaiting(tx, waiting);
      loop.nudge();
    },
    async webKey(domain, hash) {
      const served = await ports.domains.findByName(domain);
      if (served === null) return null;
      const { organizationId, name } = served;
      const index = await webKeyIndex(keyring, organizationId, `${hash}@${name}`);
      return database.inTenant(organizationId, async (tx) => {
        const rows = await selectWebKeys(tx, organizationId, index);
        const keys = await Promise.all(rows.map((row) => openOwnKey(keyring, row)));
        return keys.length === 0 ? null : Buffer.concat(keys.map(({ material }) => material));
      });
    },
    close: () => ports.openpgp.close(),
    routes: keyRoutes(ports),
    loops: [loop, revocation.loop],
  };
}
