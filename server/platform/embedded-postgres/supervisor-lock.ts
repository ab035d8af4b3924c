import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { processIdentity } from './process-identity.ts';

/** Held by the one process that supervises a data folder; outlived by nobody, since it names pid and start time. */
export interface SupervisorLock {
  release(): Promise<void>;
}

/**
 * Takes the lock, or throws EmbeddedPostgresError 'data-folder-in-use'. A lock whose process has ended is
 * taken over. Processes that cannot see each other (containers) are told apart by PostgreSQL's own lock only.
 */
export async function takeSupervisorLock(file: string): Promise<SupervisorLock> {
  const mine = JSON.stringify({ pid: process.pid, identity: await processIdentity(process.pid) });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(draft, file)) break;
      const held = await readFile(file, 'utf8').catch(() => undefined);
      if (held === undefined) continue;
      const holder = await livingHolder(held);
      if (holder !== undefined) {
        throw new EmbeddedPostgresError('data-folder-in-use', `Another carepost (process ${holder}) uses this data folder. Stop it first, or name another folder in CAREPOST_DATA.`);
      }
      await removeStale(file, held);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async release() {
      if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
    },
  };
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Of two that found the same stale lock, one may meanwhile have taken it: what was moved away is looked at again. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== stale) await linked(aside, file);
  await rm(aside, { force: true });
}

async function livingHolder(text: string): Promise<number | undefined> {
  try {
    const { pid, identity } = JSON.parse(text) as { pid: number; identity: string };
    return (await processIdentity(pid)) === identity ? pid : undefined;
  } catch {
    return undefined; // a torn file: its writer did not live to link it whole
  }
}
