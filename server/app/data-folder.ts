import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { ConfigError } from './config.ts';

/** What only a data folder of ours holds. */
const ours = new Set(['root.key', 'postgresql', 'blobs']);

/**
 * Makes the data folder where it is missing, closes it to others (mode 0700), and sets the umask so that nothing that
 * follows can be read by them. Throws ConfigError when it cannot be used.
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  process.umask(0o077);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await closeToOthers(folder);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ConfigError(
      'setting-invalid',
      `CAREPOST_DATA: the folder ${folder} cannot be made or written by the OS user ${userInfo().username} (${code}).`,
      { cause },
    );
  }
}

/** One that was made by hand may be open. A folder that holds only other people's things is left as it is. */
async function closeToOthers(folder: string): Promise<void> {
  const { mode, uid } = await stat(folder);
  if ((mode & 0o077) === 0 || uid !== userInfo().uid) return;
  const names = await readdir(folder);
  if (names.length === 0 || names.some((name) => ours.has(name))) await chmod(folder, 0o700);
}
