import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { silentLogger, type Logger } from '#platform/log/log.ts';
import { findRunningServer, startEmbeddedPostgres, type Connection } from './index.ts';
import { parsePasswd } from './os-user.ts';
import { socketPathFits } from './layout.ts';
import { readPostmasterPid } from './postmaster-file.ts';
import { processExists, processIdentity } from './process-identity.ts';
import { takeSupervisorLock } from './supervisor-lock.ts';

const isRoot = userInfo().uid === 0;
const index = new URL('./index.ts', import.meta.url).href;
const logModule = new URL('../log/log.ts', import.meta.url).href;

async function newDataFolder(name = 'carepost-pg-'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What the supervisor said, by name. */
function recordingLogger(): Logger & { readonly events: string[] } {
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  return { ...silentLogger, events, info: note, warn: note, error: note };
}

async function query<Row extends object>(
  connection: Connection,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(25);
}

/** A carepost of its own process, for being killed. Resolves when its database answers. */
async function startParent(
  dataFolder: string,
  identity: { uid?: number; gid?: number } = {},
): Promise<{ parent: ChildProcess; connection: Connection }> {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(index)};
    import { silentLogger } from ${JSON.stringify(logModule)};
    process.umask(0o077); // as careful administrators have it
    const server = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)}, log: silentLogger });
    process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
    process.stdout.write(JSON.stringify(server.connection) + '\\n');
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    ...identity,
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: parent.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { parent, connection: JSON.parse(line) as Connection };
}

async function end(parent: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(parent, 'exit');
  parent.kill(signal);
  await ended;
}

describe('the embedded PostgreSQL', () => {
  it('starts on an empty folder, starts again, and keeps what was committed', async () => {
    const dataFolder = await newDataFolder();
    {
      await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
      await query(server.connection, 'CREATE TABLE kept (value integer)');
      await query(server.connection, 'INSERT INTO kept VALUES (1)');
      const [settings] = await query<Record<string, string>>(
        server.connection,
        `
        SELECT current_setting('server_encoding') AS encoding, current_setting('data_checksums') AS checksums, current_setting('fsync') AS fsync,
               current_setting('synchronous_commit') AS commit, (SELECT datlocale FROM pg_database WHERE datname = current_database()) AS locale`,
      );
      assert.deepEqual(
        { ...settings },
        { encoding: 'UTF8', checksums: 'on', fsync: 'on', commit: 'on', locale: 'C.UTF-8' },
      );
    }
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    const client = new pg.Client(server.connectionString);
    await client.connect();
    assert.deepEqual((await client.query('SELECT value FROM kept')).rows, [{ value: 1 }]);
    await client.end();
  });

  it(
    'is open to nobody else: no port, no readable file',
    { skip: process.platform !== 'linux' },
    async () => {
      const dataFolder = await newDataFolder();
      await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
      const home = join(dataFolder, 'postgresql');
      const pid = await readPostmasterPid(join(home, 'cluster'));
      const sockets = (
        await Promise.all(
          (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
        )
      ).flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
      const tcp = `${await readFile('/proc/net/tcp', 'utf8')}${await readFile('/proc/net/tcp6', 'utf8').catch(() => '')}`;
      for (const inode of sockets) assert.ok(!new RegExp(`\\b${inode}\\b`).test(tcp));

      for (const name of ['cluster', 'socket'])
        assert.equal((await stat(join(home, name))).mode & 0o777, 0o700);
      for (const name of [
        'server.log',
        'supervisor.lock',
        'pg_hba.conf',
        'pg_ident.conf',
        'postgresql.conf',
      ]) {
        const { mode, uid } = await stat(join(home, name));
        assert.equal(mode & 0o007, 0, name);
        assert.equal(uid, userInfo().uid, name);
      }
      assert.equal((await stat(server.connection.host)).mode & 0o077, 0);
      if (isRoot) assert.notEqual((await stat(join(home, 'cluster'))).uid, 0);
    },
  );

  it('refuses every OS user but its own', { skip: !isRoot }, async () => {
    const dataFolder = await newDataFolder();
    await chmod(dataFolder, 0o755); // so that nothing but the server itself is in the way
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    // Even the user that the server runs as, who can reach the socket.
    const { uid, gid } = await stat(server.connection.host);
    const program = `
      import pg from ${JSON.stringify(import.meta.resolve('pg'))};
      const client = new pg.Client(${JSON.stringify(server.connection)});
      await client.connect().then(() => process.exit(0), (error) => process.exit(error.code === '28000' ? 28 : 1));`;
    const client = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      uid,
      gid,
      cwd: '/',
      stdio: 'ignore',
    });
    const [status] = (await once(client, 'exit')) as [number];
    assert.equal(status, 28);
  });

  it('serves a user without privileges', { skip: !isRoot }, async () => {
    const dataFolder = await newDataFolder();
    const nobody = parsePasswd(await readFile('/etc/passwd', 'utf8')).find((user) => user.name === 'nobody');
    assert.ok(nobody);
    await chown(dataFolder, nobody.uid, nobody.gid);
    const { parent } = await startParent(dataFolder, { uid: nobody.uid, gid: nobody.gid });
    assert.equal((await stat(join(dataFolder, 'postgresql/cluster/PG_VERSION'))).uid, nobody.uid);
    await end(parent, 'SIGTERM');
    assert.equal(await readPostmasterPid(join(dataFolder, 'postgresql/cluster')), undefined);
  });

  it('works below a path that is too long for a socket', async () => {
    const dataFolder = join(await newDataFolder(), 'x'.repeat(120));
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    assert.ok(!server.connection.host.startsWith(dataFolder));
    assert.deepEqual(await query(server.connection, 'SELECT 1 AS one'), [{ one: 1 }]);
    assert.deepEqual(await findRunningServer(dataFolder), server.connection);
  });

  it('refuses a second supervisor of the same folder', async () => {
    const dataFolder = await newDataFolder();
    await using first = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    await assert.rejects(startEmbeddedPostgres({ dataFolder, log: silentLogger }), {
      code: 'data-folder-in-use',
    });
    assert.deepEqual(await query(first.connection, 'SELECT 1 AS one'), [{ one: 1 }]);
  });

  it('stops when its signal says so, also while it starts', async () => {
    const dataFolder = await newDataFolder();
    await assert.rejects(
      startEmbeddedPostgres({ dataFolder, log: silentLogger, signal: AbortSignal.abort() }),
      { code: 'start-failed' },
    );
    const stopping = new AbortController();
    const server = await startEmbeddedPostgres({ dataFolder, log: silentLogger, signal: stopping.signal });
    stopping.abort();
    await server.stop();
    assert.equal(await findRunningServer(dataFolder), undefined);
  });

  it('takes over the server of a killed parent', async () => {
    const dataFolder = await newDataFolder();
    const { parent, connection } = await startParent(dataFolder);
    const started = () => query(connection, 'SELECT pg_postmaster_start_time() AS at');
    const before = await started();
    await end(parent, 'SIGKILL');
    const log = recordingLogger();
    {
      await using server = await startEmbeddedPostgres({ dataFolder, log });
      assert.deepEqual(log.events, ['embedded-postgres.adopted']);
      assert.deepEqual(server.connection, connection);
      assert.deepEqual(await started(), before);
    }
    assert.equal(await findRunningServer(dataFolder), undefined);
  });

  it('restarts a server that was taken over and then killed', async () => {
    const dataFolder = await newDataFolder();
    const { parent } = await startParent(dataFolder);
    await end(parent, 'SIGKILL');
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    const restarted = new Promise<void>((resolve) => server.onRestart(resolve));
    process.kill((await readPostmasterPid(join(dataFolder, 'postgresql/cluster'))) ?? 0, 'SIGKILL');
    await restarted;
    assert.deepEqual(await query(server.connection, 'SELECT 1 AS one'), [{ one: 1 }]);
  });

  it('restarts a server that was killed, and a pool goes on', async () => {
    const dataFolder = await newDataFolder();
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    const pool = new pg.Pool(server.connection);
    pool.on('error', () => undefined);
    await pool.query('CREATE TABLE kept AS SELECT 1 AS value');
    const restarted = new Promise<void>((resolve) => server.onRestart(resolve));
    process.kill((await readPostmasterPid(join(dataFolder, 'postgresql/cluster'))) ?? 0, 'SIGKILL');
    await restarted;
    await until(async () => (await pool.query('SELECT value FROM kept')).rowCount === 1);
    await pool.end();
  });

  it('is there again after one of its backends was killed', async () => {
    await using server = await startEmbeddedPostgres({
      dataFolder: await newDataFolder(),
      log: silentLogger,
    });
    const pool = new pg.Pool(server.connection);
    pool.on('error', () => undefined);
    const {
      rows: [backend],
    } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(backend?.pid ?? 0, 'SIGKILL');
    await until(async () => (await pool.query('SELECT 1')).rowCount === 1);
    await pool.end();
  });

  it('starts although its lock file names a process that is now somebody else', async () => {
    const dataFolder = await newDataFolder();
    await (await startEmbeddedPostgres({ dataFolder, log: silentLogger })).stop();
    const cluster = join(dataFolder, 'postgresql/cluster');
    const { uid, gid } = await stat(cluster);
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) });
    await once(stranger, 'spawn');
    await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n5432\n\n\n 0 0\n`, {
      mode: 0o600,
    });
    await chown(join(cluster, 'postmaster.pid'), uid, gid);
    {
      await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
      assert.deepEqual(await query(server.connection, 'SELECT 1 AS one'), [{ one: 1 }]);
      assert.ok(processExists(stranger.pid ?? 0));
    }
    await end(stranger, 'SIGTERM');
  });

  it('starts over what a killed initdb left', async () => {
    const dataFolder = await newDataFolder();
    const home = join(dataFolder, 'postgresql');
    await (await startEmbeddedPostgres({ dataFolder, log: silentLogger })).stop();
    await rm(join(home, 'cluster'), { recursive: true });
    await writeFile(join(home, 'cluster.new-1'), 'left over');
    await (await startEmbeddedPostgres({ dataFolder, log: silentLogger })).stop();
    assert.deepEqual(
      (await readdir(home)).filter((name) => name.startsWith('cluster')),
      ['cluster'],
    );
  });

  it('says so when the files are of another version', async () => {
    const dataFolder = await newDataFolder();
    await (await startEmbeddedPostgres({ dataFolder, log: silentLogger })).stop();
    await writeFile(join(dataFolder, 'postgresql/cluster/PG_VERSION'), '13\n');
    await assert.rejects(startEmbeddedPostgres({ dataFolder, log: silentLogger }), { code: 'wrong-version' });
  });

  it('writes no value and no statement into its log', async () => {
    const dataFolder = await newDataFolder();
    const planted = 'Zebedee Quillfeather';
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    await query(server.connection, 'CREATE TABLE person (name text UNIQUE, age integer CHECK (age > 0))');
    await query(server.connection, 'INSERT INTO person VALUES ($1, 1)', [planted]);
    for (const [text, values] of [
      ['INSERT INTO person VALUES ($1, 1)', [planted]], // the detail quotes the key
      ['INSERT INTO person VALUES ($1, -1)', [planted]], // the detail quotes the row
      ['SELECT $1::text::integer', [planted]], // the message quotes the value
      [`SELECT '${planted}' FROM nowhere`, []], // the statement quotes the value
      [`DO $$ BEGIN RAISE WARNING '%', '${planted}'; RAISE EXCEPTION '%', '${planted}'; END $$`, []],
    ] as const)
      await assert.rejects(query(server.connection, text, [...values]));
    await query(server.connection, `SELECT pg_terminate_backend(pg_backend_pid()) -- ${planted}`).catch(
      () => undefined,
    );
    const pid = await query<{ pid: number }>(server.connection, 'SELECT pg_backend_pid() AS pid').then(
      ([row]) => row?.pid,
    );
    await until(async () => !processExists(pid ?? 0));
    assert.ok(
      !(await readFile(join(dataFolder, 'postgresql/server.log'), 'utf8')).includes(planted.slice(0, 7)),
    );
  });

  it('loses no acknowledged row in ten rounds of kill -9', async () => {
    const dataFolder = await newDataFolder();
    const cluster = join(dataFolder, 'postgresql/cluster');
    const acknowledged = new Set<number>();
    let next = 0;
    for (let round = 0; round < 10; round += 1) {
      const { parent, connection } = await startParent(dataFolder);
      const pool = new pg.Pool({ ...connection, max: 4 });
      pool.on('error', () => undefined);
      await pool.query('CREATE TABLE IF NOT EXISTS kept (id integer PRIMARY KEY)');
      let killed = false;
      const enough = Promise.withResolvers<void>();
      const target = acknowledged.size + 60;
      const writers = Array.from({ length: 4 }, async () => {
        while (!killed) {
          const id = (next += 1);
          await pool.query('INSERT INTO kept VALUES ($1)', [id]).then(
            () => acknowledged.add(id),
            () => undefined,
          );
          if (acknowledged.size >= target) enough.resolve();
        }
      });
      await enough.promise;
      // By turns: the server alone; both; and the parent alone, whose server the next round takes over.
      const pid = (await readPostmasterPid(cluster)) ?? 0;
      if (round % 3 !== 2) process.kill(pid, 'SIGKILL');
      await end(parent, round % 3 === 0 ? 'SIGTERM' : 'SIGKILL');
      killed = true;
      await Promise.all(writers);
      await pool.end();
    }
    await using server = await startEmbeddedPostgres({ dataFolder, log: silentLogger });
    const found = new Set(
      (await query<{ id: number }>(server.connection, 'SELECT id FROM kept')).map((row) => row.id),
    );
    assert.deepEqual(
      [...acknowledged].filter((id) => !found.has(id)),
      [],
    );
    assert.ok(acknowledged.size >= 600);
  });
});

describe('the lock of a supervisor', () => {
  it('is had by one of many that find it dead, and by the next once it is free', async () => {
    const folder = await newDataFolder();
    const file = join(folder, 'lock');
    for (let round = 0; round < 20; round += 1) {
      await writeFile(
        file,
        JSON.stringify({ pid: process.pid, identity: `another process that had this number ${round}` }),
      );
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeSupervisorLock(file)));
      const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      assert.equal(held.length, 1);
      assert.deepEqual(await readdir(folder), ['lock']);
      await assert.rejects(takeSupervisorLock(file), { code: 'data-folder-in-use' });
      await held[0]?.release();
      await (await takeSupervisorLock(file)).release();
    }
  });

  it('is taken from one who died while taking it', async () => {
    const folder = await newDataFolder();
    const file = join(folder, 'lock');
    const dead = '{"pid":2147483646,"identity":"first"}';
    await writeFile(file, dead);
    await writeFile(
      `${file}.after-${createHash('sha256').update(dead).digest('hex').slice(0, 32)}`,
      '{"pid":2147483646,"identity":"second"}',
    );
    await using stack = new AsyncDisposableStack();
    const lock = await takeSupervisorLock(file);
    stack.defer(() => lock.release());
    assert.deepEqual(await readdir(folder), ['lock']);
    await assert.rejects(takeSupervisorLock(file), { code: 'data-folder-in-use' });
  });

  it('is taken from the dead, and when it is torn', async () => {
    const file = join(await newDataFolder(), 'lock');
    for (const left of ['', '{"pid":', '{"pid":2147483646,"identity":""}']) {
      await writeFile(file, left);
      await (await takeSupervisorLock(file)).release();
    }
  });
});

describe('what the supervisor knows of the system', () => {
  it('tells a process from a later one with its number', { skip: process.platform !== 'linux' }, async () => {
    const identity = await processIdentity(process.pid);
    assert.match(identity ?? '', /^[0-9a-f-]{36}:\d+$/);
    assert.equal(await processIdentity(2_147_483_646), undefined);
  });

  it('reads users other than root', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/sh\nbroken\n:x:5:5\nminus:x:-2:-2:::\n';
    assert.deepEqual(parsePasswd(text), [{ name: 'postgres', uid: 101, gid: 104 }]);
  });

  it('counts bytes of a socket path, not characters', () => {
    assert.ok(socketPathFits(`/${'x'.repeat(92)}`));
    assert.ok(!socketPathFits(`/${'x'.repeat(94)}`));
    assert.ok(!socketPathFits(`/${'é'.repeat(50)}`));
  });
});
