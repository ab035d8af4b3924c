import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log/log.ts';
import { askServer } from './ask-server.ts';
import type { Binaries } from './binaries.ts';
import type { Connection } from './connection.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Layout } from './layout.ts';
import type { OsUser } from './os-user.ts';
import { disownPostmasterFile, readPostmasterPid } from './postmaster-file.ts';
import { adoptedPostmaster, ownPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts';
import { processArguments, processExists } from './process-identity.ts';
import { seenBy, spawnProgram } from './spawn-program.ts';

/** All that a start needs; the same for every restart. */
export interface ServerPlan {
  readonly layout: Layout;
  readonly user: OsUser;
  readonly binaries: Binaries;
  /** Names this cluster in the server's command line and to whoever connects. */
  readonly clusterName: string;
  readonly connection: Connection;
  readonly log: Logger;
}

const attempts = 8;
const pollMs = 25;
/** Replaying the log after a crash under load can take a while. */
const readyLimitMs = 300_000;
/** A server found running answers at once, unless it is replaying its log. */
const adoptionLimitMs = 20_000;

/**
 * A postmaster that answers: the one that runs already, or a new one, tried again with backoff (surviving
 * backends of a killed one need a moment to notice).
 * Throws EmbeddedPostgresError 'start-failed'.
 */
export async function obtainPostmaster(plan: ServerPlan, signal?: AbortSignal): Promise<Postmaster> {
  for (let attempt = 1; attempt <= attempts && signal?.aborted !== true; attempt += 1) {
    // Looked for each time: a killed parent's server may have been about to start.
    const adopted = await adopt(plan, signal);
    if (adopted !== undefined) return adopted;
    const postmaster = await launch(plan);
    if ((await answers(plan, postmaster, readyLimitMs, signal)) !== undefined) {
      plan.log.info('embedded-postgres.started', {
        pid: postmaster.pid,
        attempt,
        version: plan.binaries.version,
      });
      return postmaster;
    }
    await stopPostmaster(postmaster);
    await delay(50 * 2 ** attempt, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
  throw new EmbeddedPostgresError('start-failed', `The database did not start. ${plan.layout.log} says why.`);
}

async function adopt(plan: ServerPlan, signal?: AbortSignal): Promise<Postmaster | undefined> {
  const { layout, binaries, log } = plan;
  const pid = await readPostmasterPid(layout.cluster);
  if (pid === undefined || !processExists(pid)) return undefined; // PostgreSQL replaces a stale file itself
  if (!(await isOurServer(pid, plan.clusterName))) {
    await disownPostmasterFile(layout.cluster);
    return undefined;
  }
  const postmaster = await adoptedPostmaster(pid);
  const answer = await answers(plan, postmaster, adoptionLimitMs, signal);
  if (answer?.version === binaries.version) {
    log.info('embedded-postgres.adopted', { pid, version: answer.version });
    return postmaster;
  }
  log.warn('embedded-postgres.orphan-stopped', { pid });
  await stopPostmaster(postmaster);
  return undefined;
}

async function isOurServer(pid: number, clusterName: string): Promise<boolean> {
  const parameters = await processArguments(pid);
  // Where the system does not tell, the socket in our own folder decides.
  return parameters.length === 0
    ? process.platform !== 'linux'
    : parameters.includes(`cluster_name=${clusterName}`);
}

async function launch({ layout, user, binaries, clusterName }: ServerPlan): Promise<Postmaster> {
  const at = (...parts: string[]) => seenBy(user, layout, ...parts);
  const program = await spawnProgram(
    binaries.postgres,
    [
      '-D',
      at('cluster'),
      '-c',
      `config_file=${at('postgresql.conf')}`,
      '-c',
      `hba_file=${at('pg_hba.conf')}`,
      '-c',
      `ident_file=${at('pg_ident.conf')}`,
      '-c',
      `cluster_name=${clusterName}`,
    ],
    user,
    layout,
  );
  return ownPostmaster(program);
}

/** What this postmaster answers; undefined when it ends or the time is over. */
async function answers(
  { layout, connection, clusterName }: ServerPlan,
  postmaster: Postmaster,
  limitMs: number,
  signal?: AbortSignal,
) {
  let over = false;
  void postmaster.ended.then(() => (over = true));
  const deadline = performance.now() + limitMs;
  while (!over && signal?.aborted !== true && performance.now() < deadline) {
    const answer = await askServer(connection);
    if (answer?.clusterName === clusterName && (await readPostmasterPid(layout.cluster)) === postmaster.pid)
      return answer;
    await delay(pollMs);
  }
  return undefined;
}
