import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { refuseWeak } from './create-user.ts';
import { IdentityError } from './errors.ts';
import { openUser } from './open-user.ts';
import type { IdentityContext } from './ports.ts';
import { markEnded } from './session-store.ts';
import { tooManyTries } from './sign-in.ts';
import { mintSpokenSecret } from './spoken-secret.ts';
import { findPasswordHash, findUser, updatePasswordHash } from './user-store.ts';

export interface ChangePassword {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly currentPassword: string;
  readonly newPassword: string;
  /** Goes on; all others end. */
  readonly sessionId: SessionId;
  readonly ip: string;
}

/**
 * By the user. Needs the current password, whose tries are limited as those of signing in: a session left
 * open must not be a way to guess it. Throws IdentityError.
 */
export async function changePassword(context: IdentityContext, command: ChangePassword): Promise<void> {
  const { database, keyring, passwords, limits, trail, clock } = context;
  const { organizationId, userId, sessionId, ip } = command;
  const by: Doer = { actor: { kind: 'user', userId, sessionId }, ip };
  const { user, passwordHash } = await database.inTenant(organizationId, async (tx) => ({
    user: await findUser(tx, userId),
    passwordHash: await findPasswordHash(tx, organizationId, userId),
  }));
  if (user === undefined) throw new IdentityError('not-found', 'There is no such user in this organisation.');

  const { email, displayName } = await openUser(keyring, user);
  const verdict = await limits.take('workspace', ip, email);
  if (!verdict.ok) throw tooManyTries(verdict.retryAfterSeconds);
  if (passwordHash === undefined || !(await passwords.verify(command.currentPassword, passwordHash))) {
    await database.inTenant(organizationId, (tx) =>
      trail.passwordChangeRefused(tx, by, { organizationId, userId }),
    );
    throw new IdentityError('invalid-credentials', 'The current password is not right. Nothing was changed.');
  }
  await verdict.giveBack();
  refuseWeak(command.newPassword, [displayName, email]);
  const fresh = await passwords.hash(command.newPassword);

  await database.inTenant(organizationId, async (tx) => {
    const now = clock.now();
    const isChanged = await updatePasswordHash(tx, userId, {
      passwordHash: fresh,
      changedAt: now,
      replacing: passwordHash,
    });
    if (!isChanged)
      throw new IdentityError('invalid-credentials', 'The password was changed meanwhile. Use the new one.');
    await trail.passwordChanged(tx, by, { organizationId, userId, how: 'by-user' });
    const sessions = await markEnded(tx, { userId, exceptSessionId: sessionId }, 'password-changed', now);
    await trail.sessionsEnded(tx, by, { organizationId, because: 'password-changed', sessions });
  });
}

/** By an administrator: a password is made and answered once; all sessions of the user end. Throws IdentityError. */
export async function resetPassword(
  context: IdentityContext,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
  by: Doer,
): Promise<string> {
  const { database, passwords, trail, clock } = context;
  const password = mintSpokenSecret();
  const passwordHash = await passwords.hash(password);
  await database.inTenant(organizationId, async (tx) => {
    const now = clock.now();
    if (!(await updatePasswordHash(tx, userId, { passwordHash, changedAt: now }))) {
      throw new IdentityError('not-found', 'There is no such user in this organisation.');
    }
    await trail.passwordChanged(tx, by, { organizationId, userId, how: 'reset' });
    const sessions = await markEnded(tx, { userId }, 'password-changed', now);
    await trail.sessionsEnded(tx, by, { organizationId, because: 'password-changed', sessions });
  });
  return password;
}
