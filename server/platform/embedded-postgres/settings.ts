import { access, chmod, chown, rename, writeFile } from 'node:fs/promises';
import { totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import type { OsUser } from './os-user.ts';

/** Read last, when an administrator has made it. */
const localSettings = 'postgresql.local.conf';
const mebibyte = 1024 * 1024;

/** The superuser of the embedded server; we connect as it and act as the application role. */
export const databaseUser = 'carepost';

/** What the server is told. Values are written quoted; `overrides` win. */
export function serverSettings(
  socketFolder: string,
  clusterName: string,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    // Reachable through the socket only, by the OS user in the map only. The binaries' OpenSSL is old and not used.
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    ssl: 'off',
    cluster_name: clusterName,
    max_connections: '100',
    // Nothing is acknowledged before it is on the disk.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    wal_level: 'replica', // allows pg_basebackup
    max_wal_senders: '4',
    shared_buffers: `${sharedBuffersMegabytes()}MB`,
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    wal_compression: 'off', // our rows are ciphertext
    jit: 'off',
    // Statistics soon after a table begins to fill: plans made while it was empty read all of it each time.
    autovacuum_naptime: '5s',
    timezone: 'UTC',
    // The log tells of starts, stops and crashes. Errors quote values and statements, so they are not in it:
    // for log_min_messages 'log' ranks above 'error', and terse leaves out the statement a crash was running.
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_min_duration_statement: '-1',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    ...overrides,
  };
}

/** A sixteenth of the memory this process may use, 128 MB to 1 GB. */
function sharedBuffersMegabytes(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.round(Math.min(1024, Math.max(128, memory / mebibyte / 16)));
}

/** Writes the three configuration files beside the cluster, where the database user can read but not change them. */
export async function writeSettings(
  layout: Layout,
  user: OsUser,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const own = await access(join(layout.home, localSettings)).then(
    () => [`include = '${localSettings}'`],
    () => [],
  );
  await write(layout.settings, user, [
    `# Written by carepost at each start. Your own settings go into ${localSettings} beside this file.`,
    ...lines,
    ...own,
  ]);
  await write(layout.hostRules, user, [
    '# Written by carepost at each start: only the OS user that carepost runs as, only through the socket.',
    'local all all peer map=carepost',
    'local replication all peer map=carepost',
  ]);
  await write(layout.userMap, user, [`carepost "${userInfo().username}" all`]);
}

async function write(file: string, user: OsUser, lines: readonly string[]): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (user.handedOff) {
    await chown(draft, 0, user.gid);
    await chmod(draft, 0o640); // a umask of ours must not take it away
  }
  await rename(draft, file);
}
