import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const fileName = 'postmaster.pid';
/** Larger than any pid_max (Linux: 2^22). */
const nobodysPid = 2_147_483_646;

/** The process id that PostgreSQL's own lock file names; undefined when there is none. */
export async function readPostmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, fileName), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/**
 * Makes a lock file harmless whose process id now belongs to a stranger, or to an ended process that nobody has
 * reaped (the first process of many containers does not). PostgreSQL would refuse to start, and removing the file would also remove the shared memory key by which it notices surviving backends.
 */
export async function disownPostmasterFile(cluster: string): Promise<void> {
  const file = join(cluster, fileName);
  const rest = (await readFile(file, 'utf8')).split('\n').slice(1);
  const { uid, gid } = await stat(file);
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  {
    await using handle = await open(draft, 'wx', 0o600);
    await handle.writeFile([nobodysPid, ...rest].join('\n'));
    await handle.chown(uid, gid);
    await handle.sync();
  }
  await rename(draft, file);
}
