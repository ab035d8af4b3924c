import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { Role } from '#contract/permissions.ts';
import type { UserState } from '#contract/identity.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { Session, SessionEnd } from './session.ts';
import type { IdentityTables } from './tables.ts';

const table = (tx: Tx) => tx.withTables<IdentityTables>();

const sessionColumns = [
  's.organization_id as organizationId',
  's.session_id as sessionId',
  's.user_id as userId',
  's.created_at as createdAt',
  's.last_seen_at as lastSeenAt',
  's.ended_at as endedAt',
] as const;

export async function insertSession(
  tx: Tx,
  session: Session & { secretDigest: Buffer; client: Buffer },
): Promise<void> {
  await table(tx)
    .insertInto('identity.session')
    .values({
      organization_id: session.organizationId,
      session_id: session.sessionId,
      user_id: session.userId,
      secret_digest: session.secretDigest,
      client: session.client,
      created_at: session.createdAt,
      last_seen_at: session.lastSeenAt,
      ended_at: null,
      ended_because: null,
    })
    .execute();
}

export type SessionWithUser = Session & { secretDigest: Buffer; role: Role; state: UserState };

export function findSession(
  tx: Tx,
  organizationId: OrganizationId,
  sessionId: SessionId,
): Promise<SessionWithUser | undefined> {
  return table(tx)
    .selectFrom('identity.session as s')
    .innerJoin('identity.user as u', (join) =>
      join.onRef('u.organization_id', '=', 's.organization_id').onRef('u.user_id', '=', 's.user_id'),
    )
    .select([...sessionColumns, 's.secret_digest as secretDigest', 'u.role', 'u.state'])
    .where('s.organization_id', '=', organizationId)
    .where('s.session_id', '=', sessionId)
    .executeTakeFirst();
}

/** Those not ended, newest first; some may be overdue. */
export function selectOpenSessions(tx: Tx, userId: UserId): Promise<(Session & { client: Buffer })[]> {
  return table(tx)
    .selectFrom('identity.session as s')
    .select([...sessionColumns, 's.client'])
    .where('s.organization_id', '=', tenant)
    .where('s.user_id', '=', userId)
    .where('s.ended_at', 'is', null)
    .orderBy('s.session_id', 'desc')
    .execute();
}

export async function updateLastSeen(tx: Tx, sessionId: SessionId, now: Date): Promise<void> {
  await table(tx)
    .updateTable('identity.session')
    .set({ last_seen_at: now })
    .where('organization_id', '=', tenant)
    .where('session_id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Which open sessions to end: all that match every part given. */
export interface SessionFilter {
  readonly userId?: UserId;
  readonly sessionId?: SessionId;
  readonly exceptSessionId?: SessionId;
  /** Last seen then or before. */
  readonly seenBefore?: Date;
  /** Started then or before. */
  readonly startedBefore?: Date;
}

/** Ends them and answers which and whose they were. */
export function markEnded(
  tx: Tx,
  { userId, sessionId, exceptSessionId, seenBefore, startedBefore }: SessionFilter,
  because: SessionEnd,
  now: Date,
): Promise<{ sessionId: SessionId; userId: UserId }[]> {
  let query = table(tx)
    .updateTable('identity.session')
    .set({ ended_at: now, ended_because: because })
    .where('organization_id', '=', tenant)
    .where('ended_at', 'is', null);
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
  if (exceptSessionId !== undefined) query = query.where('session_id', '<>', exceptSessionId);
  if (seenBefore !== undefined) query = query.where('last_seen_at', '<=', seenBefore);
  if (startedBefore !== undefined) query = query.where('created_at', '<=', startedBefore);
  return query.returning(['session_id as sessionId', 'user_id as userId']).execute();
}

/** Removes rows of sessions that ended before; their history is in the audit log. Answers how many. */
export async function deleteEndedSessions(tx: Tx, before: Date): Promise<number> {
  const deleted = await table(tx)
    .deleteFrom('identity.session')
    .where('organization_id', '=', tenant)
    .where('ended_at', '<', before)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
