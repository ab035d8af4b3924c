import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { normalizeAddress, parseAddress } from '#protocols/mime/address.ts';
import { IdentityError } from './errors.ts';

/** An address of a user as it is kept: sealed, and found by a digest that is keyed for the whole installation. */
export interface SealedAddress {
  readonly index: Buffer;
  readonly sealed: Buffer;
}

const purpose = 'identity.address';

export function addressIndex(keyring: Keyring, address: string): Promise<Buffer> {
  return keyring.globalBlindIndex(purpose, normalizeAddress(address));
}

export function openAddress(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> {
  return keyring.openText(organizationId, purpose, sealed);
}

/** Throws IdentityError 'invalid-address'. */
export async function sealAddress(
  keyring: Keyring,
  organizationId: OrganizationId,
  address: string,
): Promise<SealedAddress> {
  return {
    index: await addressIndex(keyring, address),
    sealed: await keyring.seal(organizationId, purpose, readAddress(address).address),
  };
}

/** Throws IdentityError 'invalid-address'. The text itself is not repeated: errors are logged and shown. */
export function readAddress(address: string): { address: string; domain: string } {
  const parsed = parseAddress(address.trim());
  if (parsed === null || parsed.domain.startsWith('[')) {
    throw new IdentityError(
      'invalid-address',
      'This is not an email address. It needs a name, an @ and a domain.',
    );
  }
  return parsed;
}
