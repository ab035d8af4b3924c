import { join } from 'node:path';
import { createDatabase, type Database } from '#platform/database/database.ts';
import { migrate } from '#platform/database/migrate.ts';
import { createPool } from '#platform/database/pool.ts';
import {
  findRunningServer,
  startEmbeddedPostgres,
  type Connection,
} from '#platform/embedded-postgres/index.ts';
import { createKeyring, type Keyring } from '#platform/keyring/keyring.ts';
import { localRootKey } from '#platform/keyring/root-key.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import type { Secrets } from './secrets.ts';

const migrations = join(import.meta.dirname, '../../migrations');
const applicationRole = 'carepost_app';

export interface Store extends AsyncDisposable {
  readonly connection: string | Connection;
  readonly database: Database;
  readonly keyring: Keyring;
}

/** How a command treats the embedded database: the server supervises it, other commands use a running one if there is one. */
export type StoreUse = 'supervise' | 'join';

/** Opens the database (embedded or external), brings its schema up to date, and the keyring. */
export async function openStore(
  config: Config,
  secrets: Secrets,
  log: Logger,
  use: StoreUse,
): Promise<Store> {
  await using stack = new AsyncDisposableStack();
  const connection = await connect(stack);

  const owner = createPool({ connection, maxConnections: 1, log });
  const applied = await migrate(owner, migrations).finally(() => owner.end());
  for (const migration of applied) log.info('database.migrated', { migration });

  const pool = createPool({
    connection,
    role: applicationRole,
    maxConnections: config.databaseConnections,
    log,
  });
  const database = createDatabase(pool);
  stack.defer(() => database.close());
  if (secrets.keyringUrl !== undefined) {
    throw new ConfigError(
      'setting-invalid',
      'KEYRING_URL names a key service, and this version knows the local root key only. Leave it empty.',
    );
  }
  // Connections of its own: keys are fetched by callers who hold one of the pool's, and all of them may at once.
  const keyDatabase = createDatabase(
    createPool({ connection, role: applicationRole, maxConnections: 2, log }),
  );
  stack.defer(() => keyDatabase.close());
  const keyring = createKeyring(keyDatabase, await localRootKey(join(config.dataFolder, 'root.key')));
  const open = stack.move();
  return { connection, database, keyring, [Symbol.asyncDispose]: () => open.disposeAsync() };

  async function connect(open: AsyncDisposableStack): Promise<string | Connection> {
    if (secrets.databaseUrl !== undefined) return secrets.databaseUrl;
    const running = use === 'join' ? await findRunningServer(config.dataFolder) : undefined;
    if (running !== undefined) return running;
    return open.use(
      await startEmbeddedPostgres({ dataFolder: config.dataFolder, log: log.child('embedded-postgres') }),
    ).connection;
  }
}
