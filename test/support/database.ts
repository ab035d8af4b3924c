import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { OrganizationId } from '#contract/ids.ts';
import { createDatabase, type Database } from '#platform/database/database.ts';
import { migrate } from '#platform/database/migrate.ts';
import { createPool } from '#platform/database/pool.ts';
import { newId } from '#platform/ids.ts';
import { createKeyring, type Keyring } from '#platform/keyring/keyring.ts';
import { rootKeyFrom } from '#platform/keyring/root-key.ts';
import { silentLogger } from '#platform/log/log.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly keyring: Keyring;
  /** Connection options of a superuser, for what a test must see past row level security. */
  readonly connection: { host: string; port: number; user: string; database: string };
  /** Where PostgreSQL keeps all of it, WAL included: for searching the raw files. */
  readonly serverFolder: string;
  newOrganization(): OrganizationId;
}

const root = join(import.meta.dirname, '../..');
const migrations = join(root, 'migrations');
const projectDigest = createHash('sha256').update(root).digest('hex').slice(0, 8);
const serverFolder = join(tmpdir(), `carepost-test-${userInfo().uid}-${projectDigest}`);

interface Connection {
  host: string;
  port: number;
  user: string;
  database: string;
}

/**
 * A database of its own on a real PostgreSQL, with all migrations applied: `const db = await testDatabase()`
 * at the top of a test file, or in a suite or test. It goes when the tests around the call have ended.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await joinServer();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin(server, async (admin) => {
    const template = await templateOf(admin, server);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY WAL_LOG`);
  });
  const connection = { ...server, database: name };
  const pool = createPool({ connection, role: 'carepost_app', maxConnections: 8, log: silentLogger });
  const database = createDatabase(pool);
  // As in openStore: whoever asks the keyring may hold one of the pool's connections.
  const keyDatabase = createDatabase(
    createPool({ connection, role: 'carepost_app', maxConnections: 2, log: silentLogger }),
  );
  after(async () => {
    await database.close();
    await keyDatabase.close();
    await withAdmin(server, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  return {
    database,
    keyring: createKeyring(keyDatabase, rootKeyFrom(randomBytes(32))),
    connection,
    serverFolder,
    newOrganization: () => newId<OrganizationId>(),
  };
}

async function withAdmin<T>(server: Connection, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ ...server, database: 'postgres' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** One migrated template for each state of the migrations folder, made by whoever comes first. */
async function templateOf(admin: pg.Client, server: Connection): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(migrations)).toSorted())
    hash.update(file).update(await readFile(join(migrations, file)));
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await admin.query('SELECT pg_advisory_lock(77)');
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [
    template,
  ]);
  if (rowCount === 0) {
    await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${template}`);
    const pool = createPool({
      connection: { ...server, database: template },
      maxConnections: 1,
      log: silentLogger,
    });
    await migrate(pool, migrations).finally(() => pool.end());
    await admin.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
  }
  await admin.query('SELECT pg_advisory_unlock(77)');
  return template;
}

async function joinServer(): Promise<Connection> {
  await mkdir(serverFolder, { recursive: true, mode: 0o755 });
  const deadline = Date.now() + 60_000;
  let startedKeeper = false;
  while (Date.now() < deadline) {
    const running = await readConnection();
    if (running !== undefined && (await answers(running))) return running;
    if (!startedKeeper) {
      startedKeeper = true;
      await startKeeper();
    }
    await delay(100);
  }
  const log = await readFile(join(serverFolder, 'keeper.log'), 'utf8').catch(() => '');
  throw new Error(`The test database did not start. ${log.slice(-2000)}`);
}

async function startKeeper(): Promise<void> {
  await rm(join(serverFolder, 'connection.json'), { force: true });
  await using log = await open(join(serverFolder, 'keeper.log'), 'a');
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'database-keeper.ts'), serverFolder], {
    cwd: root,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  keeper.unref();
}

async function readConnection(): Promise<Connection | undefined> {
  const text = await readFile(join(serverFolder, 'connection.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { host, port, user, database } = JSON.parse(text) as Connection;
  return { host, port, user, database };
}

async function answers(server: Connection): Promise<boolean> {
  return withAdmin(server, async () => true).catch(() => false);
}
