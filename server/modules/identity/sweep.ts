import type { IdentityContext } from './ports.ts';
import { endSessions } from './end-sessions.ts';
import { deleteEndedSessions } from './session-store.ts';
import { deleteEndedWindows } from './sign-in-limit-store.ts';

const minuteMs = 60_000;
const keptDays = 30;

/**
 * Ends sessions that nobody came back to, so that the log says when, and removes what is only history.
 * Nothing depends on it: an overdue session is refused without it. Answers how much there was.
 */
export async function sweep(context: IdentityContext, signal: AbortSignal): Promise<number> {
  const { database, clock, organizations } = context;
  const now = clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const system = { actor: { kind: 'system', part: 'identity' } } as const;

  let done = await database.acrossTenants((tx) => deleteEndedWindows(tx, now));
  for (const { organizationId, settings } of await organizations.list()) {
    if (signal.aborted) return done;
    const tooOld = ago(settings.absoluteHours * 60 * minuteMs);
    const notSeen = ago(settings.idleMinutes * minuteMs);
    done += await endSessions(context, organizationId, { startedBefore: tooOld }, 'too-long', system);
    done += await endSessions(context, organizationId, { seenBefore: notSeen }, 'idle', system);
    done += await database.inTenant(organizationId, (tx) =>
      deleteEndedSessions(tx, ago(keptDays * 24 * 60 * minuteMs)),
    );
  }
  return done;
}
