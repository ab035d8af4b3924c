import { access, constants, mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { ConfigError } from './config.ts';

/**
 * Makes the data folder where it is missing, mode 0700, and sets the umask so that nothing that follows can be
 * read by others. Throws ConfigError when it cannot be used.
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  process.umask(0o077);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ConfigError(
      'setting-invalid',
      `CAREPOST_DATA: the folder ${folder} cannot be made or written by the OS user ${userInfo().username} (${code}).`,
      { cause },
    );
  }
}
