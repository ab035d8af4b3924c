import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf } from './binaries.ts';
import type { Layout } from './layout.ts';
import type { OsUser } from './os-user.ts';

/**
 * Where a program that runs as `user` finds the home folder. Root's folders are closed to that user, so it
 * inherits the opened folder instead: PostgreSQL works below its data folder by relative paths.
 */
function homeAsSeenBy(user: OsUser, layout: Layout): string {
  return user.handedOff && process.platform === 'linux' ? '/proc/self/fd/3' : layout.home;
}

export interface SpawnedProgram {
  readonly pid: number;
  /** Resolves with the exit code when it has ended, null for one ended by a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts a PostgreSQL program in a session of its own, its output going to the server log. Nothing of our environment goes along. */
export async function spawnProgram(
  program: string,
  parameters: readonly string[],
  user: OsUser,
  layout: Layout,
): Promise<SpawnedProgram> {
  await using log = await open(layout.log, 'a', 0o600);
  await using home = await open(layout.home, 'r');
  const child = spawn(program, parameters, {
    ...identityOf(user),
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', log.fd, log.fd, home.fd],
    detached: true, // a Ctrl-C at our terminal is for us: we stop the server after the last request
  });
  // Listened for at once: a program that cannot start may end before its files here are closed.
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const { pid } = child;
  if (pid === undefined) throw await once(child, 'error').then(([error]) => error as Error);
  return { pid, ended };
}

/** A path below the home folder, as the program sees it. */
export function seenBy(user: OsUser, layout: Layout, ...parts: readonly string[]): string {
  return join(homeAsSeenBy(user, layout), ...parts);
}
