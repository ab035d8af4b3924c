// Keeps one PostgreSQL for all test processes of this checkout; ends itself when unused for two minutes.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '#platform/embedded-postgres/index.ts';
import { silentLogger } from '#platform/log/log.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: database-keeper.ts FOLDER');
const unusedLimit = 24;
const everyMs = 5_000;

const server = await startEmbeddedPostgres({
  dataFolder: folder,
  log: silentLogger,
  // Tests survive no power failure; everything else is as in production.
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
});
const admin = new pg.Client({ ...server.connection, database: 'postgres', application_name: 'keeper' });
await admin.connect();
const { rows } = await admin.query<{ datname: string }>(
  "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'",
);
for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
await writeFile(
  join(folder, 'connection.new'),
  JSON.stringify({ ...server.connection, keeperPid: process.pid }),
);
await rename(join(folder, 'connection.new'), join(folder, 'connection.json'));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stopping = true;
  });
for (let unused = 0; !stopping && unused < unusedLimit;) {
  await delay(everyMs);
  const used = await admin
    .query(
      "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'keeper' LIMIT 1",
    )
    .catch(() => undefined);
  unused = used?.rowCount === 1 ? 0 : unused + 1;
}
await admin.end().catch(() => undefined);
await server.stop();
