import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { SessionView } from '#contract/identity.ts';
import type { Permission } from '#contract/permissions.ts';
import { IdentityError } from './errors.ts';
import { openUser } from './open-user.ts';
import type { IdentityContext } from './ports.ts';
import { absoluteEndOf, idleEndOf, type Session, type SessionLimits } from './session.ts';
import { findSession } from './session-store.ts';
import { categoriesOf, permissionsOf } from './user.ts';
import { findUser } from './user-store.ts';

export interface Caller {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  /** Absent for an API key. */
  readonly sessionId?: SessionId;
  /** What a key is held to; absent: all that the user may. */
  readonly scopes?: ReadonlySet<Permission>;
}

/** What the caller is told about themselves: who, where, what they may, and for how long. */
export async function describeSession(
  {
    database,
    keyring,
    clock,
    organizations,
  }: Pick<IdentityContext, 'database' | 'keyring' | 'clock' | 'organizations'>,
  { organizationId, userId, sessionId, scopes }: Caller,
): Promise<SessionView> {
  const found = await database.inTenant(organizationId, async (tx) => ({
    row: await findUser(tx, userId),
    organization: await organizations.get(tx, organizationId),
    session: sessionId === undefined ? undefined : await findSession(tx, organizationId, sessionId),
  }));
  if (found.row === undefined)
    throw new IdentityError('not-found', 'There is no such user in this organisation.');
  const user = await openUser(keyring, found.row);
  const { name, slug, settings } = found.organization;
  return {
    user: { userId, displayName: user.displayName, email: user.email, role: user.role },
    organization: { organizationId, name, slug },
    permissions: [...(scopes ?? permissionsOf(user))],
    categories: [...categoriesOf(user)],
    session: found.session === undefined ? null : remaining(found.session, settings, clock.now()),
  };
}

function remaining(session: Session, limits: SessionLimits, now: Date): NonNullable<SessionView['session']> {
  const idleEnd = idleEndOf(session, limits);
  const endsAt = absoluteEndOf(session, limits);
  const next = Math.min(idleEnd.getTime(), endsAt.getTime());
  return {
    sessionId: session.sessionId,
    idleLimitSeconds: limits.idleMinutes * 60,
    idleRemainingSeconds: Math.max(0, Math.floor((next - now.getTime()) / 1000)),
    endsAt: endsAt.toISOString(),
  };
}
