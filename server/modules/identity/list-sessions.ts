import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { IdentityContext } from './ports.ts';
import { absoluteEndOf, overdue, type Session } from './session.ts';
import { selectOpenSessions } from './session-store.ts';
import { openClient, type Client } from './start-session.ts';

/** The user's sessions that hold now, newest first. */
export async function listSessions(
  context: Pick<IdentityContext, 'database' | 'keyring' | 'clock' | 'organizations'>,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
): Promise<(Session & Client & { endsAt: Date })[]> {
  const limits = await context.organizations.settingsOf(organizationId);
  const now = context.clock.now();
  const rows = await context.database.inTenant(organizationId, (tx) => selectOpenSessions(tx, userId));
  return Promise.all(
    rows
      .filter((session) => overdue(session, limits, now) === undefined)
      .map(async ({ client, ...session }) => ({
        ...session,
        ...(await openClient(context, organizationId, client)),
        endsAt: absoluteEndOf(session, limits),
      })),
  );
}
