import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { OrganizationSettings } from '#contract/organizations.ts';

export interface Session {
  readonly organizationId: OrganizationId;
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly createdAt: Date;
  /** The last activity on record; the true one is at most a minute later. */
  readonly lastSeenAt: Date;
  readonly endedAt: Date | null;
}

export type SessionEnd =
  | 'signed-out' // by its user, in it
  | 'revoked' // by its user, from another session
  | 'replaced' // somebody signed in again in the same browser
  | 'idle' // nothing happened for too long: 45 CFR 164.312(a)(2)(iii)
  | 'too-long' // the absolute limit
  | 'password-changed'
  | 'user-changed'; // disabled, or another role

export type SessionLimits = Pick<OrganizationSettings, 'idleMinutes' | 'absoluteHours'>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Activity is written down at most this often. */
export const seenEveryMs = minuteMs;

export function idleEndOf({ lastSeenAt }: Pick<Session, 'lastSeenAt'>, { idleMinutes }: SessionLimits): Date {
  return new Date(lastSeenAt.getTime() + idleMinutes * minuteMs);
}

export function absoluteEndOf(
  { createdAt }: Pick<Session, 'createdAt'>,
  { absoluteHours }: SessionLimits,
): Date {
  return new Date(createdAt.getTime() + absoluteHours * hourMs);
}

/** Why the session no longer holds at `now`; undefined when it does. Limits are today's, not those of its start. */
export function overdue(
  session: Pick<Session, 'createdAt' | 'lastSeenAt'>,
  limits: SessionLimits,
  now: Date,
): 'idle' | 'too-long' | undefined {
  if (now >= absoluteEndOf(session, limits)) return 'too-long';
  if (now >= idleEndOf(session, limits)) return 'idle';
  return undefined;
}
