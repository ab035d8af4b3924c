import type { OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { IdentityContext } from './ports.ts';
import type { SessionEnd } from './session.ts';
import { markEnded, type SessionFilter } from './session-store.ts';

/** Ends the open sessions that match, at once and for all processes, and records each. Answers how many. */
export function endSessions(
  { database, clock, trail }: Pick<IdentityContext, 'database' | 'clock' | 'trail'>,
  organizationId: OrganizationId,
  filter: SessionFilter,
  because: SessionEnd,
  by: Doer,
): Promise<number> {
  return database.inTenant(organizationId, async (tx) => {
    const sessions = await markEnded(tx, filter, because, clock.now());
    await trail.sessionsEnded(tx, by, { organizationId, because, sessions });
    return sessions.length;
  });
}
