import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { askServer } from './ask-server.ts';
import type { Connection } from './connection.ts';
import { port, socketFolderOf } from './layout.ts';
import { databaseUser } from './settings.ts';

/** The embedded server of `dataFolder` when one answers: for a command run beside a running carepost. */
export async function findRunningServer(dataFolder: string): Promise<Connection | undefined> {
  const home = await realpath(join(dataFolder, 'postgresql')).catch(() => undefined);
  if (home === undefined) return undefined;
  const connection = { host: socketFolderOf(home), port, user: databaseUser, database: 'carepost' };
  return (await askServer(connection)) === undefined ? undefined : connection;
}
