import { join } from 'node:path';
import { applicationRole, requireApplicationRole } from '#platform/database/application-role.ts';
import { requireDurableCommits } from '#platform/database/require-fit-server.ts';
import { createDatabase, type Database } from '#platform/database/database.ts';
import { toDatabaseSetupError } from '#platform/database/database-setup-error.ts';
import { migrate } from '#platform/database/migrate.ts';
import { createPool } from '#platform/database/pool.ts';
import {
  findRunningServer,
  startEmbeddedPostgres,
  type Connection,
} from '#platform/embedded-postgres/index.ts';
import { createKeyring, type Keyring } from '#platform/keyring/keyring.ts';
import { openRootKey } from '#platform/keyring/open-root-key.ts';
import type { RootKey } from '#platform/keyring/root-key.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import { readDatabaseUrl } from './database-url.ts';
import type { Secrets } from './secrets.ts';
import { within } from './within.ts';

const migrations = join(import.meta.dirname, '../../migrations');

/** A transaction that is still open then is rolled back by the end of its connection. */
const closeMs = 500;

export interface Store extends AsyncDisposable {
  readonly connection: string | Connection;
  readonly database: Database;
  readonly keyring: Keyring;
}

/** How a command treats the embedded database: the server supervises it, other commands use a running one if there is one. */
export type StoreUse = 'supervise' | 'join';

/**
 * Opens the database (embedded or external), brings its schema up to date, and the keyring.
 * Throws an error that says what is in the way: DatabaseSetupError, EmbeddedPostgresError, KeyringError, ConfigError.
 */
export async function openStore(
  config: Config,
  secrets: Secrets,
  log: Logger,
  use: StoreUse,
): Promise<Store> {
  if (secrets.keyringUrl !== undefined) {
    throw new ConfigError(
      'setting-invalid',
      'KEYRING_URL names a key service, and this version knows the local root key only. Leave it empty.',
    );
  }
  await using stack = new AsyncDisposableStack();
  const { connection, place } = await connect(stack, config, secrets, log, use);
  try {
    const rootKey = await prepare(connection, join(config.dataFolder, 'root.key'), log);
    const pool = createPool({
      connection,
      role: applicationRole,
      maxConnections: config.databaseConnections,
      log,
    });
    const database = createDatabase(pool);
    stack.defer(() => within(closeMs, database.close()));
    await requireApplicationRole(pool);
    // Connections of its own: keys are fetched by callers who hold one of the pool's, and all of them may at once.
    const keyDatabase = createDatabase(
      createPool({ connection, role: applicationRole, maxConnections: 2, log }),
    );
    stack.defer(() => within(closeMs, keyDatabase.close()));
    const keyring = createKeyring(keyDatabase, rootKey);
    const open = stack.move();
    return { connection, database, keyring, [Symbol.asyncDispose]: () => open.disposeAsync() };
  } catch (error) {
    throw toDatabaseSetupError(error, place);
  }
}

/** What only the owner of the tables may do. */
async function prepare(connection: string | Connection, rootKeyFile: string, log: Logger): Promise<RootKey> {
  const owner = createPool({ connection, maxConnections: 1, log });
  try {
    for (const migration of await migrate(owner, migrations)) log.info('database.migrated', { migration });
    await requireDurableCommits(owner);
    return await openRootKey(owner, rootKeyFile);
  } finally {
    await owner.end();
  }
}

async function connect(
  stack: AsyncDisposableStack,
  config: Config,
  { databaseUrl }: Secrets,
  log: Logger,
  use: StoreUse,
): Promise<{ connection: string | Connection; place: string }> {
  if (databaseUrl !== undefined) return { connection: databaseUrl, place: readDatabaseUrl(databaseUrl) };
  const { dataFolder } = config;
  const running = use === 'join' ? await findRunningServer(dataFolder) : undefined;
  const connection =
    running ??
    stack.use(await startEmbeddedPostgres({ dataFolder, log: log.child('embedded-postgres') })).connection;
  return { connection, place: connection.host };
}
