import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The OS user that PostgreSQL runs as. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True when it is another user than ours: we are root and hand privileges off. */
  readonly handedOff: boolean;
}

/** In order of preference: a user of our own, PostgreSQL's usual one, the one that owns nothing. */
const candidates = ['carepost', 'postgres', 'nobody'];

/**
 * Who may run the server: ourselves, or, since PostgreSQL refuses root, the owner of the existing files
 * or the first of {@link candidates} that the system has.
 * Throws EmbeddedPostgresError 'no-unprivileged-user' or 'wrong-owner'.
 */
export async function chooseOsUser(clusterFolder: string): Promise<OsUser> {
  const { uid, gid, username } = userInfo();
  const owner = await ownerOf(clusterFolder);
  if (uid !== 0) {
    if (owner !== undefined && owner !== uid) {
      throw new EmbeddedPostgresError(
        'wrong-owner',
        `The database in ${clusterFolder} belongs to the OS user with id ${owner}, not to ${username}. Start carepost as the user that made it.`,
      );
    }
    return { name: username, uid, gid, handedOff: false };
  }
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const preferred = candidates
    .map((name) => users.find((user) => user.name === name))
    .find((user) => user !== undefined);
  if (preferred === undefined) {
    throw new EmbeddedPostgresError(
      'no-unprivileged-user',
      'PostgreSQL does not run as root and no other user was found. Add one (useradd --system carepost), start carepost as another user, or name an external database in DATABASE_URL.',
    );
  }
  if (owner === undefined || owner === 0) return { ...preferred, handedOff: true };
  const chosen = users.find((user) => user.uid === owner);
  if (chosen === undefined) {
    throw new EmbeddedPostgresError(
      'wrong-owner',
      `The database in ${clusterFolder} belongs to OS user ${owner}, which does not exist here. After a restore, run: chown -R ${preferred.name} ${clusterFolder}`,
    );
  }
  return { ...chosen, handedOff: true };
}

/** The entries of a passwd(5) file that are not root. */
export function parsePasswd(text: string): { name: string; uid: number; gid: number }[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^[1-9]\d*$/.test(uid) && /^\d+$/.test(gid) && name !== ''
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
}

async function ownerOf(folder: string): Promise<number | undefined> {
  return stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  );
}
