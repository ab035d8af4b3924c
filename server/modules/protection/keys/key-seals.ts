import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { AboutKey } from './known-key.ts';

/** Every sealed column and blind index of keys, each for a purpose of its own. */
export type SealPurpose =
  | 'protection.known-key.about'
  | 'protection.known-key.material'
  | 'protection.own-key.about'
  | 'protection.own-key.material'
  | 'protection.own-key.secret';

export function keyAddressIndex(
  keyring: Pick<Keyring, 'blindIndex'>,
  organizationId: OrganizationId,
  address: string,
): Promise<Buffer> {
  return keyring.blindIndex(organizationId, 'protection.key.address', normalizeAddress(address));
}

export function fingerprintIndex(
  keyring: Pick<Keyring, 'blindIndex'>,
  organizationId: OrganizationId,
  fingerprint: string,
): Promise<Buffer> {
  return keyring.blindIndex(organizationId, 'protection.key.fingerprint', fingerprint);
}

export function sealAbout(
  keyring: Pick<Keyring, 'seal'>,
  organizationId: OrganizationId,
  purpose: SealPurpose,
  { address, fingerprint, algorithm }: AboutKey,
): Promise<Buffer> {
  return keyring.seal(organizationId, purpose, JSON.stringify({ address, fingerprint, algorithm }));
}

export async function openAbout(
  keyring: Pick<Keyring, 'openText'>,
  organizationId: OrganizationId,
  purpose: SealPurpose,
  sealed: Buffer,
): Promise<AboutKey> {
  // Authenticated: nobody but us can have sealed it, so its shape is ours.
  return JSON.parse(await keyring.openText(organizationId, purpose, sealed)) as AboutKey;
}
