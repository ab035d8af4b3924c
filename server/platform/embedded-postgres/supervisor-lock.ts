import { createHash, randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { processIdentity } from './process-identity.ts';

/** Held by the one process that supervises a data folder. It names that process and its start time, so it ends with it. */
export interface SupervisorLock {
  release(): Promise<void>;
}

/**
 * Takes the lock, or throws EmbeddedPostgresError 'data-folder-in-use'. A lock whose process has ended is
 * taken over. Processes that cannot see each other (containers) are told apart by PostgreSQL's own lock only.
 *
 * Each lock has one successor file, named by its content, and making a file by link(2) is exclusive: of those
 * that find the same dead holder exactly one becomes its successor, and puts its own name in the first place.
 */
export async function takeSupervisorLock(file: string): Promise<SupervisorLock> {
  const mine = JSON.stringify({
    pid: process.pid,
    identity: await processIdentity(process.pid),
    nonce: randomUUID(),
  });
  const draft = `${file}.draft-${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    while (!(await tryToTake(file, draft)));
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async release() {
      if ((await read(file)) === mine) await rm(file, { force: true });
    },
  };
}

const successorInfix = '.after-';

/** False: things changed meanwhile, look again. */
async function tryToTake(file: string, draft: string): Promise<boolean> {
  const first = await read(file);
  let path = file;
  while (!(await linked(draft, path))) {
    const held = path === file ? first : await read(path);
    if (held === undefined) return false;
    const holder = await livingHolder(held);
    if (holder !== undefined) {
      throw new EmbeddedPostgresError(
        'data-folder-in-use',
        `Another carepost (process ${holder}) uses this data folder. Stop it first, or name another folder in CAREPOST_DATA.`,
      );
    }
    path = `${file}${successorInfix}${createHash('sha256').update(held).digest('hex').slice(0, 32)}`;
  }
  if (path === file) return true;
  if ((await read(file)) !== first) {
    await rm(path, { force: true }); // a successor of the same dead holder was quicker and has tidied up
    return false;
  }
  await rename(draft, file);
  await removeSuccessors(file);
  return true;
}

async function removeSuccessors(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    if (name.startsWith(`${basename(file)}${successorInfix}`))
      await rm(join(dirname(file), name), { force: true });
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function livingHolder(text: string): Promise<number | undefined> {
  try {
    const { pid, identity } = JSON.parse(text) as { pid: number; identity: string };
    return (await processIdentity(pid)) === identity ? pid : undefined;
  } catch {
    return undefined; // torn by a crash of the machine: whoever wrote it is gone
  }
}
