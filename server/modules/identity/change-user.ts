import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { readAddress, sealAddress } from './address.ts';
import { deleteAliases, insertAddresses } from './address-store.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { UserFacts } from './audit-trail.ts';
import { addressTaken, refuseForeign } from './create-user.ts';
import { endCredentials } from './end-credentials.ts';
import { IdentityError } from './errors.ts';
import { userDisabled } from './events.ts';
import { getUserWithAliases, type UserWithAliases } from './list-users.ts';
import { sealDisplayName } from './open-user.ts';
import type { IdentityContext } from './ports.ts';
import type { User } from './user.ts';
import { lockAdministrators, lockUser, updateUser } from './user-store.ts';

export interface ChangeUser {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly displayName?: string | undefined;
  readonly role?: Role | undefined;
  readonly state?: UserState | undefined;
  /** All aliases from now on; the primary address stays. */
  readonly aliases?: readonly string[] | undefined;
}

/**
 * Applies what was given. Another role or state ends all credentials at once.
 * Throws IdentityError 'not-found', 'last-administrator', 'invalid-address', 'address-taken'.
 */
export async function changeUser(
  tx: Tx,
  context: IdentityContext,
  change: ChangeUser,
  by: Doer,
): Promise<UserWithAliases> {
  const { organizationId, userId } = change;
  const { keyring, trail, outbox } = context;
  // Administrators first, and all of them: two who demote each other at once must not both succeed.
  const administrators = await lockAdministrators(tx);
  await lockUser(tx, userId);
  const before = await getUserWithAliases(tx, keyring, userId);
  if (before === undefined)
    throw new IdentityError('not-found', 'There is no such user in this organisation.');
  const after: UserFacts = {
    displayName: change.displayName ?? before.displayName,
    role: change.role ?? before.role,
    state: change.state ?? before.state,
    aliases: change.aliases?.map((alias) => readAddress(alias).address).toSorted() ?? before.aliases,
  };
  const loses = before.role !== after.role || before.state !== after.state;
  if (loses && administrators.length === 1 && administrators[0] === userId) {
    throw new IdentityError(
      'last-administrator',
      'This is the only administrator. Make somebody else an administrator first.',
    );
  }
  if (!loses && before.displayName === after.displayName && String(before.aliases) === String(after.aliases))
    return before;

  await updateUser(tx, userId, {
    ...after,
    displayName: await sealDisplayName(keyring, { organizationId, displayName: after.displayName }),
  });
  if (change.aliases !== undefined) await replaceAliases(tx, context, before, after.aliases);
  await trail.userChanged(tx, by, { organizationId, userId, before, after });
  if (loses) await endCredentials(tx, context, before, by);
  if (before.state === 'active' && after.state === 'disabled') {
    await outbox.publish(tx, userDisabled, organizationId, { userId });
  }
  return { ...before, ...after };
}

async function replaceAliases(
  tx: Tx,
  context: Pick<IdentityContext, 'keyring' | 'isOwnDomain'>,
  { organizationId, userId }: Pick<User, 'organizationId' | 'userId'>,
  aliases: readonly string[],
): Promise<void> {
  await refuseForeign(tx, context, organizationId, aliases.map(readAddress));
  await deleteAliases(tx, userId);
  const sealed = await Promise.all(
    aliases.map((alias) => sealAddress(context.keyring, organizationId, alias)),
  );
  if (
    !(await insertAddresses(
      tx,
      organizationId,
      userId,
      sealed.map((address) => ({ ...address, isPrimary: false })),
    ))
  ) {
    throw addressTaken();
  }
}
