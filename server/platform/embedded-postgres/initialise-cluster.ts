import { chown, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Layout } from './layout.ts';
import type { OsUser } from './os-user.ts';
import { databaseUser } from './settings.ts';
import { seenBy, spawnProgram } from './spawn-program.ts';

const draftPrefix = 'cluster.new-';

/**
 * Makes the cluster when there is none: checksums, UTF-8, PostgreSQL's built-in C.UTF-8 order, which is the
 * same on every machine and in every version. Made aside and renamed, so that it is there whole or not at all.
 * Throws EmbeddedPostgresError 'initialisation-failed', or 'wrong-version' for files of another major version.
 */
export async function initialiseCluster(layout: Layout, user: OsUser, binaries: Binaries): Promise<void> {
  const found = await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const major = binaries.version.split('.')[0] ?? '';
  if (found !== undefined) {
    if (found.trim() === major) return;
    throw new EmbeddedPostgresError(
      'wrong-version',
      `The database in ${layout.cluster} was made by PostgreSQL ${found.trim()}; this carepost brings ${binaries.version}. docs/operations/data-folder.md says how to move it.`,
    );
  }
  await removeDrafts(layout.home);
  const draftName = `${draftPrefix}${process.pid}`;
  const draft = join(layout.home, draftName);
  await mkdir(draft, { mode: 0o700 });
  if (user.handedOff) await chown(draft, user.uid, user.gid);
  const { ended } = await spawnProgram(
    binaries.initdb,
    [
      '-D',
      seenBy(user, layout, draftName),
      '-U',
      databaseUser,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--data-checksums',
      '--auth-local=peer',
      '--auth-host=reject',
      '--no-instructions',
    ],
    user,
    layout,
  );
  if ((await ended) !== 0)
    throw new EmbeddedPostgresError(
      'initialisation-failed',
      `The database could not be made. ${layout.log} says why.`,
    );
  await rename(draft, layout.cluster);
  await using home = await open(layout.home, 'r');
  await home.sync();
}

/** Of a start that was killed. One whose initdb still runs cannot be removed and does no harm: names differ. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith(draftPrefix))
      await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
