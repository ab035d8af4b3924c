import type { Keyring } from '#platform/keyring/keyring.ts';
import { openAddress } from './address.ts';
import type { User } from './user.ts';
import type { UserRow } from './user-store.ts';

const purpose = 'identity.user.display-name';

export function sealDisplayName(
  keyring: Keyring,
  { organizationId, displayName }: Pick<User, 'organizationId' | 'displayName'>,
): Promise<Buffer> {
  return keyring.seal(organizationId, purpose, displayName);
}

export function openDisplayName(
  keyring: Keyring,
  { organizationId, displayName }: Pick<UserRow, 'organizationId' | 'displayName'>,
): Promise<string> {
  return keyring.openText(organizationId, purpose, displayName);
}

export async function openUser(keyring: Keyring, row: UserRow): Promise<User> {
  const { organizationId, userId, role, state, createdAt } = row;
  return {
    organizationId,
    userId,
    displayName: await openDisplayName(keyring, row),
    email: await openAddress(keyring, organizationId, row.email),
    role,
    state,
    createdAt,
  };
}
