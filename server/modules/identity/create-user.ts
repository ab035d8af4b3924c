import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { readAddress, sealAddress, type SealedAddress } from './address.ts';
import { insertAddresses } from './address-store.ts';
import type { Doer } from '#modules/audit/index.ts';
import { IdentityError } from './errors.ts';
import { userCreated } from './events.ts';
import { openUser, sealDisplayName } from './open-user.ts';
import { weaknessOf } from './password-rules.ts';
import type { IdentityContext } from './ports.ts';
import { mintSpokenSecret } from './spoken-secret.ts';
import type { User } from './user.ts';
import { findUser, insertUser } from './user-store.ts';

export interface NewUser {
  readonly organizationId: OrganizationId;
  /** Default: a new one. A user who has it already is left as is. */
  readonly userId?: UserId;
  readonly displayName: string;
  readonly email: string;
  readonly aliases?: readonly string[];
  readonly role: Role;
  /** Default: one is made, and answered once. */
  readonly password?: string | undefined;
}

/** A new user with all costly work done, so that no transaction waits for it. */
export interface PreparedUser {
  readonly user: User;
  readonly sealedName: Buffer;
  readonly addresses: readonly (SealedAddress & { isPrimary: boolean; address: string; domain: string })[];
  readonly passwordHash: string;
  /** The password that was made; null when one was given. */
  readonly initialPassword: string | null;
}

/** Throws IdentityError 'invalid-address', 'weak-password', 'sign-in-busy'. */
export async function prepareUser(
  { keyring, clock, passwords }: Pick<IdentityContext, 'keyring' | 'clock' | 'passwords'>,
  { organizationId, userId = newId<UserId>(), displayName, email, aliases = [], role, password }: NewUser,
): Promise<PreparedUser> {
  const { address } = readAddress(email);
  if (password !== undefined) refuseWeak(password, [displayName, email]);
  const initialPassword = password === undefined ? mintSpokenSecret() : null;
  const user: User = {
    organizationId,
    userId,
    displayName,
    email: address,
    role,
    state: 'active',
    createdAt: clock.now(),
  };
  return {
    user,
    sealedName: await sealDisplayName(keyring, user),
    addresses: await Promise.all(
      [email, ...aliases].map(async (text, at) => ({
        ...readAddress(text),
        ...(await sealAddress(keyring, organizationId, text)),
        isPrimary: at === 0,
      })),
    ),
    passwordHash: await passwords.hash(password ?? initialPassword ?? ''),
    initialPassword,
  };
}

/** Throws IdentityError 'invalid-address' for a foreign domain, 'address-taken'. */
export async function addUser(
  tx: Tx,
  context: Pick<IdentityContext, 'keyring' | 'outbox' | 'trail' | 'isOwnDomain'>,
  prepared: PreparedUser,
  by: Doer,
): Promise<User> {
  const { user, addresses, passwordHash } = prepared;
  const { organizationId, userId } = user;
  await refuseForeign(tx, context, organizationId, addresses);
  if (!(await insertUser(tx, { ...user, displayName: prepared.sealedName, passwordHash }))) {
    const existing = await findUser(tx, userId); // an earlier try of the same request
    if (existing !== undefined) return openUser(context.keyring, existing);
  }
  if (!(await insertAddresses(tx, organizationId, userId, addresses))) throw addressTaken();
  await context.trail.userCreated(tx, by, { ...user, addresses: addresses.map(({ address }) => address) });
  await context.outbox.publish(tx, userCreated, organizationId, { userId });
  return user;
}

export async function refuseForeign(
  tx: Tx,
  { isOwnDomain }: Pick<IdentityContext, 'isOwnDomain'>,
  organizationId: OrganizationId,
  addresses: readonly { domain: string }[],
): Promise<void> {
  for (const domain of new Set(addresses.map((address) => address.domain))) {
    if (await isOwnDomain(tx, organizationId, domain)) continue;
    throw new IdentityError(
      'invalid-address',
      'The address must be in a domain that the organisation has added and proven.',
    );
  }
}

export function refuseWeak(password: string, about: readonly string[]): void {
  const weakness = weaknessOf(password, about);
  if (weakness !== undefined) throw new IdentityError('weak-password', weakness);
}

export function addressTaken(): IdentityError {
  return new IdentityError('address-taken', 'Another user has this address, as their own or as an alias.');
}
