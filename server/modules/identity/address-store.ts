import { sql } from 'kysely';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { SealedAddress } from './address.ts';
import type { IdentityTables } from './tables.ts';

const table = (tx: Tx) => tx.withTables<IdentityTables>();

/** False when one of the addresses belongs to somebody; then nothing of `addresses` may be kept: roll back. */
export async function insertAddresses(
  tx: Tx,
  organizationId: OrganizationId,
  userId: UserId,
  addresses: readonly (SealedAddress & { isPrimary: boolean })[],
): Promise<boolean> {
  if (addresses.length === 0) return true;
  const inserted = await table(tx)
    .insertInto('identity.address')
    .values(
      addresses.map(({ index, sealed, isPrimary }) => ({
        organization_id: organizationId,
        user_id: userId,
        address_index: index,
        address: sealed,
        is_primary: isPrimary,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === BigInt(addresses.length);
}

export async function deleteAliases(tx: Tx, userId: UserId): Promise<void> {
  await table(tx)
    .deleteFrom('identity.address')
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .where('is_primary', '=', false)
    .execute();
}

/** Sealed; the primary one of each user first. */
export async function selectAddresses(
  tx: Tx,
  userIds: readonly UserId[],
): Promise<{ organizationId: OrganizationId; userId: UserId; address: Buffer; isPrimary: boolean }[]> {
  if (userIds.length === 0) return [];
  return table(tx)
    .selectFrom('identity.address')
    .select(['organization_id as organizationId', 'user_id as userId', 'address', 'is_primary as isPrimary'])
    .where('organization_id', '=', tenant)
    .where('user_id', '=', sql<UserId>`ANY(${userIds}::uuid[])`)
    .orderBy('is_primary', 'desc')
    .orderBy('address_index')
    .execute();
}

export interface AddressOwner {
  readonly addressIndex: Buffer;
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly state: UserState;
}

/** Whose these addresses are, in all that the transaction may see. */
export async function findOwners(tx: Tx, indexes: readonly Buffer[]): Promise<AddressOwner[]> {
  const { rows } = await sql<AddressOwner>`
    SELECT a.address_index AS "addressIndex", u.organization_id AS "organizationId", u.user_id AS "userId", u.state
    FROM identity.address a JOIN identity.user u USING (organization_id, user_id)
    WHERE a.address_index = ANY(${indexes}::bytea[])`.execute(tx);
  return rows;
}
