import type { KeyId, OrganizationId } from '#contract/ids.ts';
import type { KeySource, KeyTrust } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { contentCiphers, type Capabilities } from '#protocols/cms/index.ts';
import { fingerprintIndex, keyAddressIndex, openAbout, sealAbout } from './key-seals.ts';
import { standingOf, type KnownKey } from './known-key.ts';
import { putKnownKey, selectKeysOf, updateCapabilities, type KnownKeyRow } from './known-key-store.ts';
import type { Said } from './open-message.ts';
import type { KeysPorts } from './ports.ts';
import type { ReadKey } from './read-keys.ts';

type Ports = Pick<KeysPorts, 'keyring' | 'clock'>;

export interface NewKnownKey {
  readonly organizationId: OrganizationId;
  readonly address: string;
  readonly key: ReadKey;
  readonly source: KeySource;
  readonly trust: KeyTrust;
  /** A person decided so: it replaces what was decided before. */
  readonly decides: boolean;
}

/** Takes a key into the directory, or what is new of one that is there. */
export async function keepKey(
  tx: Tx,
  { keyring, clock }: Ports,
  { organizationId, address, key, source, trust, decides }: NewKnownKey,
): Promise<KnownKey & { readonly added: boolean }> {
  const now = clock.now();
  const about = { address, fingerprint: key.fingerprint, algorithm: key.algorithm };
  const row = await putKnownKey(
    tx,
    {
      organization_id: organizationId,
      key_id: newId<KeyId>(),
      kind: key.kind,
      address_index: await keyAddressIndex(keyring, organizationId, address),
      fingerprint_index: await fingerprintIndex(keyring, organizationId, key.fingerprint),
      about: await sealAbout(keyring, organizationId, 'protection.known-key.about', about),
      material: await keyring.seal(organizationId, 'protection.known-key.material', key.material),
      source,
      trust,
      can_encrypt: key.canEncrypt,
      revoked: key.revoked,
      expires_at: key.expiresAt,
      created_at: now,
      seen_at: now,
    },
    decides,
  );
  return { ...(await openKnownKey(keyring, row)), added: row.added };
}

/** False when newer mail has said it already. */
export function keepCapabilities(tx: Tx, { organizationId, keyId }: KnownKey, said: Said): Promise<boolean> {
  return updateCapabilities(tx, { organization_id: organizationId, key_id: keyId }, said);
}

export async function openKnownKey(keyring: KeysPorts['keyring'], row: KnownKeyRow): Promise<KnownKey> {
  const organizationId = row.organization_id;
  return {
    ...(await openAbout(keyring, organizationId, 'protection.known-key.about', row.about)),
    organizationId,
    keyId: row.key_id,
    kind: row.kind,
    source: row.source,
    material: await keyring.open(organizationId, 'protection.known-key.material', row.material),
    trust: row.trust,
    canEncrypt: row.can_encrypt,
    revoked: row.revoked,
    isOnHold: row.revocation === 'on-hold',
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    cipherSetting: row.cipher_setting,
    capabilities: capabilitiesOf(row),
    revocation: row.revocation,
  };
}

function capabilitiesOf({ ciphers, reads_oaep: oaep }: KnownKeyRow): Capabilities | null {
  return ciphers === null
    ? null
    : { ciphers: contentCiphers.filter((name) => ciphers.includes(name)), oaep: oaep === true };
}

/** All that are known of some addresses, by address index in hexadecimal; newest first. */
export async function keysOfAddresses(
  tx: Tx,
  { keyring }: Pick<Ports, 'keyring'>,
  organizationId: OrganizationId,
  addresses: readonly string[],
): Promise<Map<string, KnownKeyRow[]>> {
  const indexes = await Promise.all(
    addresses.map((address) => keyAddressIndex(keyring, organizationId, address)),
  );
  const rows = await selectKeysOf(tx, organizationId, indexes);
  return new Map(
    addresses.map((address, at) => [
      address,
      rows.filter((row) => indexes[at] !== undefined && row.address_index.equals(indexes[at])),
    ]),
  );
}

/** The one that is encrypted to: the newest that is trusted and good. */
export function keyInUse(
  rows: readonly KnownKeyRow[],
  kind: KnownKeyRow['kind'],
  now: Date,
): KnownKeyRow | undefined {
  return rows.find((row) => row.kind === kind && standingOfRow(row, now) === 'in-use');
}

export function standingOfRow(row: KnownKeyRow, now: Date) {
  const { trust, can_encrypt: canEncrypt, revoked, revocation, expires_at: expiresAt } = row;
  return standingOf({ trust, canEncrypt, revoked, isOnHold: revocation === 'on-hold', expiresAt }, now);
}
