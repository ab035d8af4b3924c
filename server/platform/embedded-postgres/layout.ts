import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { OsUser } from './os-user.ts';

/**
 * What lies where under the data folder. `home` and what we write there is ours alone; when root hands the
 * server to another user, that user owns `cluster` and the socket's folder and nothing else.
 */
export interface Layout {
  /** `<data>/postgresql`, 0711: the database user must pass through. */
  readonly home: string;
  /** PostgreSQL's own files, 0700. */
  readonly cluster: string;
  /** The server's output, 0600: start, stop, crash; never a statement. */
  readonly log: string;
  readonly lock: string;
  readonly settings: string;
  readonly hostRules: string;
  readonly userMap: string;
}

export const port = 5432;
/** sun_path of unix(7) holds 108 bytes with the closing zero. */
const longestSocketPath = 107;

export async function prepareLayout(dataFolder: string): Promise<Layout> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const home = join(await realpath(dataFolder), 'postgresql');
  await mkdir(home, { recursive: true });
  await chmod(home, 0o711);
  return {
    home,
    cluster: join(home, 'cluster'),
    log: join(home, 'server.log'),
    lock: join(home, 'supervisor.lock'),
    settings: join(home, 'postgresql.conf'),
    hostRules: join(home, 'pg_hba.conf'),
    userMap: join(home, 'pg_ident.conf'),
  };
}

/**
 * The folder for the unix socket, 0700 and of the database user: `<home>/socket`, or one in the system's
 * temporary folder when that path is too long for a socket.
 * Throws EmbeddedPostgresError 'socket-folder-unsafe' when somebody else made the latter first.
 */
export async function prepareSocketFolder(home: string, user: OsUser): Promise<string> {
  const folder = socketFolderOf(home);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const found = await lstat(folder);
  if (user.handedOff && found.isDirectory() && found.uid === 0) await chown(folder, user.uid, user.gid);
  const { uid, mode } = await lstat(folder);
  if (!found.isDirectory() || uid !== user.uid || (mode & 0o077) !== 0) {
    throw new EmbeddedPostgresError(
      'socket-folder-unsafe',
      `The folder ${folder} must belong to ${user.name} alone (mode 0700). Remove it, or choose a shorter path for CAREPOST_DATA.`,
    );
  }
  return folder;
}

/** Below `home` when the socket's path fits, else in the system's temporary folder under a name that `home` decides. */
export function socketFolderOf(home: string): string {
  const near = join(home, 'socket');
  return socketPathFits(near)
    ? near
    : join(tmpdir(), `carepost-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
}

export function socketPathFits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= longestSocketPath;
}
