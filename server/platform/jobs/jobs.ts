import { PgBoss } from 'pg-boss';
import { createPool, type PoolOptions } from '../database/pool.ts';

/**
 * Background jobs and cron on pg-boss, for what may wait and may be repeated: sweeps, reports, clean-up.
 * Job data holds ids only. A handler that throws is retried by pg-boss (3 times, backoff).
 */
export interface Jobs {
  define<Data extends object>(name: string, handler: (data: Data) => Promise<void>): void;
  /** `cron`: five fields, UTC. The job must be defined. */
  schedule(name: string, cron: string): void;
  send(name: string, data: object): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `connectionString` or pg options of the owner of the schema `pgboss`. */
export function createJobs({ connection, log }: Pick<PoolOptions, 'connection' | 'log'>): Jobs {
  // Our own pool: that of pg-boss can be left without a listener when a connection is lost (see createPool).
  const pool = createPool({ connection, maxConnections: 3, log });
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: 'pgboss',
  });
  boss.on('error', (error: unknown) => log.warn('jobs.failed', { error }));
  const definitions = new Map<string, (data: object) => Promise<void>>();
  const schedules = new Map<string, string>();

  return {
    define(name, handler) {
      definitions.set(name, handler as (data: object) => Promise<void>);
    },
    schedule(name, cron) {
      schedules.set(name, cron);
    },
    async send(name, data) {
      await boss.send(name, data);
    },
    async start() {
      await boss.start();
      for (const [name, handler] of definitions) {
        await boss.createQueue(name, { retryLimit: 3, retryBackoff: true });
        await boss.work<object>(name, { batchSize: 1, pollingIntervalSeconds: 5 }, async (jobs) => {
          for (const job of jobs) {
            await handler(job.data).catch((error: unknown) => {
              log.warn('jobs.handler-failed', { job: name, error });
              throw error;
            });
          }
        });
      }
      for (const [name, cron] of schedules) await boss.schedule(name, cron);
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 5_000 });
      await pool.end();
    },
  };
}
