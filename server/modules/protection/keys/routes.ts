import type { KeyId } from '#contract/ids.ts';
import {
  addKeys as addKeysEndpoint,
  addOwnKey,
  decideKey,
  findKeys,
  generateOwnKey,
  getKeyPolicy,
  listKeys,
  listOwnKeys,
  lookUpKeys,
  removeKey,
  retireOwnKey,
  setKeyCipher,
  setKeyPolicy,
} from '#contract/keys.ts';
import { route, type Route } from '#platform/http/route.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import {
  keyCipherSet,
  keyDecided,
  keyPolicyChanged,
  keyRemoved,
  keysSeen,
  ownKeyChanged,
} from './audit-trail.ts';
import { addKeys } from './add-keys.ts';
import { KeysError } from './errors.ts';
import { openAgain } from './closed-store.ts';
import { describeKeys, describeOwnKey } from './describe-keys.ts';
import { findKeyPolicy, putKeyPolicy } from './key-policy-store.ts';
import { keysOfAddresses, openKnownKey } from './known-keys.ts';
import { deleteKnownKey, selectKeys, updateCipher, updateTrust } from './known-key-store.ts';
import { lookUpWebKey } from './look-up-web-key.ts';
import { markRetired } from './own-key-store.ts';
import { generatePair, keepOwnKey, openOwnKey, ownKeysOf, readPair } from './own-keys.ts';
import type { KeysPorts } from './ports.ts';
import { bytesOfText, readKeys } from './read-keys.ts';

export function keyRoutes(ports: KeysPorts): Route[] {
  return [...directoryRoutes(ports), ...ownKeyRoutes(ports)];
}

function directoryRoutes(ports: KeysPorts): Route[] {
  const { database, keyring, audit, clock } = ports;
  return [
    route(listKeys, ({ principal: { organizationId, actor }, query: { cursor, limit }, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const at = cursor === undefined ? undefined : readTimeCursor(cursor);
        const before = at && { createdAt: at.at, keyId: at.id as KeyId };
        const rows = await selectKeys(tx, organizationId, { before, limit: limit + 1 });
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        await keysSeen(
          audit,
          tx,
          { actor, ip: request.ip },
          organizationId,
          page.map(({ key_id: keyId }) => keyId),
        );
        return {
          items: await describeKeys(tx, ports, organizationId, page),
          nextCursor:
            rows.length > limit && last !== undefined
              ? writeTimeCursor({ at: last.created_at, id: last.key_id })
              : null,
        };
      }),
    ),

    route(findKeys, async ({ principal: { organizationId, actor }, body, request }) => {
      const address = readAddress(body.address);
      return database.inTenant(organizationId, async (tx) => {
        const rows = (await keysOfAddresses(tx, ports, organizationId, [address])).get(address) ?? [];
        const by = { actor, ip: request.ip };
        await keysSeen(
          audit,
          tx,
          by,
          organizationId,
          rows.map(({ key_id: keyId }) => keyId),
        );
        return { items: await describeKeys(tx, ports, organizationId, rows) };
      });
    }),

    route(addKeysEndpoint, async ({ principal: { organizationId, actor }, body, request }) => {
      const only = body.address === undefined ? null : readAddress(body.address);
      const keys = await readKeys(ports, bytesOfText(body.key));
      return database.inTenant(organizationId, async (tx) => {
        const upload = { organizationId, keys, only, trusted: body.trust };
        const addresses = await addKeys(tx, ports, upload, { actor, ip: request.ip });
        const rows = await keysOfAddresses(tx, ports, organizationId, addresses);
        return { items: await describeKeys(tx, ports, organizationId, [...rows.values()].flat()) };
      });
    }),

    route(lookUpKeys, async ({ principal: { organizationId, actor }, body, request }) => {
      const address = readAddress(body.address);
      const outcome = await lookUpWebKey(ports, organizationId, address, { actor, ip: request.ip });
      return database.inTenant(organizationId, async (tx) => {
        const rows = (await keysOfAddresses(tx, ports, organizationId, [address])).get(address) ?? [];
        return { outcome, items: await describeKeys(tx, ports, organizationId, rows) };
      });
    }),

    route(decideKey, ({ principal: { organizationId, actor }, params, body, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const decision = { trust: body.trust, now: clock.now() };
        const row = await updateTrust(tx, organizationId, params.keyId as KeyId, decision);
        if (row === undefined) throw noSuchKey();
        await keyDecided(audit, tx, { actor, ip: request.ip }, await openKnownKey(keyring, row));
        const [view] = await describeKeys(tx, ports, organizationId, [row]);
        if (view === undefined) throw noSuchKey();
        return view;
      }),
    ),

    route(setKeyCipher, ({ principal: { organizationId, actor }, params, body, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const row = await updateCipher(tx, organizationId, params.keyId as KeyId, body.cipher);
        if (row === undefined) throw new KeysError('not-found', 'There is no such certificate.');
        await keyCipherSet(audit, tx, { actor, ip: request.ip }, await openKnownKey(keyring, row));
        const [view] = await describeKeys(tx, ports, organizationId, [row]);
        if (view === undefined) throw noSuchKey();
        return view;
      }),
    ),

    route(removeKey, ({ principal: { organizationId, actor }, params, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const row = await deleteKnownKey(tx, organizationId, params.keyId as KeyId);
        if (row === undefined) throw noSuchKey();
        await keyRemoved(audit, tx, { actor, ip: request.ip }, await openKnownKey(keyring, row));
      }),
    ),

    route(getKeyPolicy, ({ principal: { organizationId } }) =>
      database.inTenant(organizationId, (tx) => findKeyPolicy(tx, organizationId)),
    ),

    route(setKeyPolicy, ({ principal: { organizationId, actor }, body, request }) =>
      database.inTenant(organizationId, async (tx) => {
        await putKeyPolicy(tx, organizationId, body);
        await keyPolicyChanged(audit, tx, { actor, ip: request.ip }, organizationId, body);
        return body;
      }),
    ),
  ];
}

function ownKeyRoutes(ports: KeysPorts): Route[] {
  const { database, keyring, audit, clock, identity } = ports;
  const checkOwn = async (
    tx: Parameters<typeof identity.mailAddressesOf>[0],
    userId: Owner,
    given: string,
  ) => {
    const address = readAddress(given);
    const own = await identity.mailAddressesOf(tx, userId);
    if (!own.some((each) => normalizeAddress(each) === address))
      throw new KeysError('invalid-address', 'This is none of your addresses.');
    return address;
  };

  return [
    route(listOwnKeys, ({ principal: { organizationId, userId } }) =>
      database.inTenant(organizationId, async (tx) => ({
        items: (await ownKeysOf(tx, ports, organizationId, [userId])).map(describeOwnKey),
        addresses: await identity.mailAddressesOf(tx, userId),
      })),
    ),

    route(generateOwnKey, async ({ principal: { organizationId, userId, actor }, body, request }) => {
      const address = await database.inTenant(organizationId, async (tx) => {
        const checked = await checkOwn(tx, userId, body.address);
        const own = await ownKeysOf(tx, ports, organizationId, [userId]);
        if (own.some((key) => key.address === checked && key.kind === 'openpgp' && key.retiredAt === null))
          throw new KeysError('conflict', 'This address has an OpenPGP key. Retire it first.');
        return checked;
      });
      const pair = await generatePair(ports, { name: '', address });
      return database.inTenant(organizationId, async (tx) => {
        const key = await keepOwnKey(tx, ports, { organizationId, userId, address }, pair);
        await ownKeyChanged(audit, tx, { actor, ip: request.ip }, 'generated', key);
        return describeOwnKey(key);
      });
    }),

    route(addOwnKey, async ({ principal: { organizationId, userId, actor }, body, request }) => {
      const pair = await readPair(ports, body.key, body.passphrase);
      return database.inTenant(organizationId, async (tx) => {
        const address = await checkOwn(tx, userId, body.address);
        const key = await keepOwnKey(tx, ports, { organizationId, userId, address }, pair);
        const again = await openAgain(tx, { organizationId, userId, kind: key.kind, now: clock.now() });
        await ownKeyChanged(audit, tx, { actor, ip: request.ip }, 'added', key, again);
        return describeOwnKey(key);
      });
    }),

    route(retireOwnKey, ({ principal: { organizationId, userId, actor }, params, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const row = await markRetired(tx, organizationId, {
          keyId: params.ownKeyId as KeyId,
          userId,
          now: clock.now(),
        });
        if (row === undefined) throw noSuchKey();
        const key = await openOwnKey(keyring, row);
        await ownKeyChanged(audit, tx, { actor, ip: request.ip }, 'retired', key);
        return describeOwnKey(key);
      }),
    ),
  ];
}

type Owner = Parameters<KeysPorts['identity']['mailAddressesOf']>[1];

function readAddress(text: string): string {
  const parsed = parseAddress(text.trim());
  if (parsed !== null) return normalizeAddress(parsed.address);
  throw new KeysError('invalid-address', 'This is not an email address. It needs a name, an @ and a domain.');
}

function noSuchKey(): KeysError {
  return new KeysError('not-found', 'There is no such key.');
}
