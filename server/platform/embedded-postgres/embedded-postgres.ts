import { rename, rmdir, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log/log.ts';
import { findBinaries } from './binaries.ts';
import type { Connection } from './connection.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { initialiseCluster } from './initialise-cluster.ts';
import { port, prepareLayout, prepareSocketFolder } from './layout.ts';
import { chooseOsUser } from './os-user.ts';
import { stopPostmaster, type Postmaster } from './postmaster.ts';
import { databaseUser, serverSettings, writeSettings } from './settings.ts';
import { obtainPostmaster, type ServerPlan } from './obtain-postmaster.ts';
import { seenBy } from './spawn-program.ts';
import { takeSupervisorLock } from './supervisor-lock.ts';

export interface EmbeddedPostgres extends AsyncDisposable {
  readonly connection: Connection;
  /** The same as a postgres: URL. It holds no secret: who may connect is decided by the OS user. */
  readonly connectionString: string;
  /** Calls `listener` whenever the server had ended by itself and answers again. Returns the way to stop that. */
  onRestart(listener: () => void): () => void;
  /** Fast shutdown, immediate after 5 s; gives the data folder free. Further calls wait for the first. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** CAREPOST_DATA; the database lies in its folder `postgresql`. */
  readonly dataFolder: string;
  readonly log: Logger;
  /** Gives up starting, or stops what has started. */
  readonly signal?: AbortSignal;
  /** Settings that win over ours: for tests and measurements. */
  readonly settings?: Readonly<Record<string, string>>;
}

const largestLogBytes = 16 * 1024 * 1024;
const longestBackoffMs = 10_000;

/**
 * Starts the PostgreSQL that came by npm, or takes over one that a killed carepost left running, and keeps it
 * running. Resolves when it answers. Works as root (as another OS user then) and as anybody else. Keeps the
 * process alive until it is stopped.
 * Throws EmbeddedPostgresError, whose code says what is in the way.
 */
export async function startEmbeddedPostgres({
  dataFolder,
  log,
  signal,
  settings = {},
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = await prepareLayout(dataFolder);
  const lock = await takeSupervisorLock(layout.lock);
  const stopping = new AbortController();
  let postmaster: Postmaster;
  let plan: ServerPlan;
  try {
    const user = await chooseOsUser(layout.cluster);
    const binaries = await findBinaries(user);
    await keepLogSmall(layout.log);
    await initialiseCluster(layout, user, binaries);
    const socketFolder = await prepareSocketFolder(layout.home, user);
    const clusterName = `carepost-${(await stat(layout.cluster)).ino}`;
    const near = socketFolder.startsWith(layout.home);
    await writeSettings(
      layout,
      user,
      serverSettings(near ? seenBy(user, layout, 'socket') : socketFolder, clusterName, settings),
    );
    const connection = { host: socketFolder, port, user: databaseUser, database: 'carepost' };
    plan = { layout, user, binaries, clusterName, connection, log };
    postmaster = await obtainPostmaster(plan, signal);
  } catch (error) {
    await lock.release();
    throw error;
  }

  const listeners = new Set<() => void>();
  const supervision = supervise();
  let stopped: Promise<void> | undefined;

  async function supervise(): Promise<void> {
    for (;;) {
      await postmaster.ended;
      if (stopping.signal.aborted) return;
      log.warn('embedded-postgres.ended', { pid: postmaster.pid });
      const next = await again();
      if (next === undefined) return;
      postmaster = next;
      log.info('embedded-postgres.restarted', { pid: postmaster.pid });
      for (const listener of listeners) listener();
    }
  }

  async function again(): Promise<Postmaster | undefined> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        return await obtainPostmaster(plan, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return undefined;
        log.error('embedded-postgres.restart-failed', { attempt, error });
        await delay(Math.min(longestBackoffMs, 250 * 2 ** Math.min(attempt, 10)), undefined, {
          signal: stopping.signal,
        }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async function shutDown(): Promise<void> {
    stopping.abort();
    await stopPostmaster(postmaster);
    await supervision;
    if (!plan.connection.host.startsWith(layout.home))
      await rmdir(plan.connection.host).catch(() => undefined);
    await lock.release();
    log.info('embedded-postgres.stopped', {});
  }

  const stop = () => (stopped ??= shutDown());
  signal?.addEventListener('abort', () => void stop(), { once: true });
  if (signal?.aborted === true) {
    await stop();
    throw new EmbeddedPostgresError('start-failed', 'The start of the database was called off.');
  }
  const { connection } = plan;
  return {
    connection,
    connectionString: `postgresql://${connection.user}@/${connection.database}?host=${encodeURIComponent(connection.host)}&port=${port}`,
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function keepLogSmall(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(file, `${file}.1`);
}
