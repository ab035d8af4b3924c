import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.ts';
import type { SpawnedProgram } from './spawn-program.ts';

/** The server's first process, started by us or found running. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

const pollMs = 250;
/** Together below the 10 s within which the whole server ends on SIGTERM. */
const fastShutdownMs = 5_000;
const immediateShutdownMs = 2_000;

export function ownPostmaster({ pid, ended }: SpawnedProgram): Postmaster {
  return { pid, ended: ended.then(() => undefined) };
}

/** One that a killed parent left: not our child, so the system does not tell us of its end and we look. */
export async function adoptedPostmaster(pid: number): Promise<Postmaster> {
  const identity = await processIdentity(pid);
  const ended = (async () => {
    while (identity !== undefined && (await processIdentity(pid)) === identity) await delay(pollMs);
  })();
  return { pid, ended };
}

/** Fast shutdown, then immediate (the next start replays the log), then the end of the process. */
export async function stopPostmaster({ pid, ended }: Postmaster): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', immediateShutdownMs],
    ['SIGKILL', undefined],
  ] as const) {
    send(pid, signal);
    if (limitMs === undefined) return ended;
    const timer = new AbortController();
    const outcome = await Promise.race([
      ended.then(() => 'ended' as const),
      delay(limitMs, 'late' as const, { signal: timer.signal }).catch(() => 'ended' as const),
    ]);
    timer.abort();
    if (outcome === 'ended') return;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended already
  }
}
