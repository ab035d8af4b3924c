import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { IdentityTables } from './tables.ts';

export interface UserRow {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  /** Sealed. */
  readonly displayName: Buffer;
  /** Sealed. */
  readonly email: Buffer;
  readonly role: Role;
  readonly state: UserState;
  readonly createdAt: Date;
}

const table = (tx: Tx) => tx.withTables<IdentityTables>();

const users = (tx: Tx) =>
  table(tx)
    .selectFrom('identity.user as u')
    .innerJoin('identity.address as a', (join) =>
      join
        .onRef('a.organization_id', '=', 'u.organization_id')
        .onRef('a.user_id', '=', 'u.user_id')
        .on('a.is_primary', '=', true),
    )
    .select([
      'u.organization_id as organizationId',
      'u.user_id as userId',
      'u.display_name as displayName',
      'a.address as email',
      'u.role',
      'u.state',
      'u.created_at as createdAt',
    ])
    .where('u.organization_id', '=', tenant);

/** False when a user of this id exists already. */
export async function insertUser(
  tx: Tx,
  user: Omit<UserRow, 'email' | 'state'> & { passwordHash: string },
): Promise<boolean> {
  const inserted = await table(tx)
    .insertInto('identity.user')
    .values({
      organization_id: user.organizationId,
      user_id: user.userId,
      display_name: user.displayName,
      role: user.role,
      state: 'active',
      password_hash: user.passwordHash,
      password_changed_at: user.createdAt,
      created_at: user.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export function findUser(tx: Tx, userId: UserId): Promise<UserRow | undefined> {
  return users(tx).where('u.user_id', '=', userId).executeTakeFirst();
}

/** Nobody else changes the user until the transaction ends. */
export async function lockUser(tx: Tx, userId: UserId): Promise<void> {
  await table(tx)
    .selectFrom('identity.user')
    .select('user_id')
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .forUpdate()
    .execute();
}

/** In an order that does not change, after the one of id `after`. */
export function selectUsers(tx: Tx, after: UserId | undefined, limit: number): Promise<UserRow[]> {
  return users(tx)
    .$if(after !== undefined, (query) => query.where('u.user_id', '>', after as UserId))
    .orderBy('u.user_id')
    .limit(limit)
    .execute();
}

const administrators = (tx: Tx) =>
  table(tx)
    .selectFrom('identity.user')
    .select('user_id')
    .where('organization_id', '=', tenant)
    .where('role', '=', 'administrator')
    .where('state', '=', 'active')
    .orderBy('user_id');

/** All who may manage users. */
export async function selectAdministrators(tx: Tx): Promise<UserId[]> {
  return (await administrators(tx).execute()).map((row) => row.user_id);
}

/** The same, locked against change until the transaction ends, always in the same order. */
export async function lockAdministrators(tx: Tx): Promise<UserId[]> {
  return (await administrators(tx).forUpdate().execute()).map((row) => row.user_id);
}

export async function updateUser(
  tx: Tx,
  userId: UserId,
  { displayName, role, state }: { displayName: Buffer; role: Role; state: UserState },
): Promise<void> {
  await table(tx)
    .updateTable('identity.user')
    .set({ display_name: displayName, role, state })
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .execute();
}

export async function findPasswordHash(
  tx: Tx,
  organizationId: OrganizationId,
  userId: UserId,
): Promise<string | undefined> {
  const row = await table(tx)
    .selectFrom('identity.user')
    .select('password_hash')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.password_hash;
}

/**
 * Sets a new hash. With `replacing`, only if that is still the one there: two changes at once do not both win.
 * False when nothing was set.
 */
export async function updatePasswordHash(
  tx: Tx,
  userId: UserId,
  change: { passwordHash: string; changedAt?: Date; replacing?: string },
): Promise<boolean> {
  const { replacing } = change;
  const updated = await table(tx)
    .updateTable('identity.user')
    .set({
      password_hash: change.passwordHash,
      ...(change.changedAt === undefined ? {} : { password_changed_at: change.changedAt }),
    })
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .$if(replacing !== undefined, (query) => query.where('password_hash', '=', replacing as string))
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}
