import type { SessionId } from '#contract/ids.ts';
import type { Database } from '#platform/database/database.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { decodeToken, isSecretOf, type OpaqueToken } from './opaque-token.ts';
import type { IdentityContext } from './ports.ts';
import { overdue, seenEveryMs } from './session.ts';
import { findSession, markEnded, updateLastSeen, type SessionWithUser } from './session-store.ts';
import { permissionsOf } from './user.ts';

/**
 * Whose session a token is, as of now: ended sessions, disabled users and other rights take effect with the
 * next request. Counts as activity unless `passive`. A session found overdue is ended, and that is recorded.
 */
export async function authenticateSession(
  context: Pick<IdentityContext, 'database' | 'clock' | 'organizations' | 'trail'>,
  { token, passive, ip }: { token: string; passive: boolean; ip: string },
): Promise<StaffPrincipal | undefined> {
  const { database, clock, organizations, trail } = context;
  const decoded = decodeToken<SessionId>(token);
  if (decoded === undefined) return undefined;
  const found = await matchSession(database, decoded);
  if (found === undefined || found.endedAt !== null || found.state !== 'active') return undefined;
  const { organizationId, sessionId, userId } = found;

  const now = clock.now();
  const because = overdue(found, await organizations.settingsOf(organizationId), now);
  if (because !== undefined) {
    await database.inTenant(organizationId, async (tx) => {
      const sessions = await markEnded(tx, { sessionId }, because, now);
      await trail.sessionsEnded(
        tx,
        { actor: { kind: 'system', part: 'identity' }, ip },
        { organizationId, because, sessions },
      );
    });
    return undefined;
  }
  if (!passive && now.getTime() - found.lastSeenAt.getTime() >= seenEveryMs) {
    await database.inTenant(organizationId, (tx) => updateLastSeen(tx, sessionId, now));
  }
  return {
    kind: 'user',
    organizationId,
    id: sessionId,
    userId,
    actor: { kind: 'user', userId, sessionId },
    permissions: permissionsOf(found),
  };
}

/** The session that the token belongs to, ended or not; undefined when no session has this secret. */
export async function matchSession(
  database: Database,
  token: OpaqueToken<SessionId>,
): Promise<SessionWithUser | undefined> {
  const found = await database.inTenant(token.organizationId, (tx) =>
    findSession(tx, token.organizationId, token.id),
  );
  return found !== undefined && isSecretOf(found.secretDigest, token.secret) ? found : undefined;
}
