import { mkdir } from 'node:fs/promises';
import { createLogger } from '#platform/log/log.ts';
import { readConfig } from '../config.ts';
import { readSecrets } from '../secrets.ts';
import { startServer } from '../start-server.ts';

const drainLimitMs = 10_000;

/** Runs until SIGTERM or SIGINT; prints one JSON line once everything listens. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env);
  const log = createLogger(config.logLevel);
  process.umask(0o077);
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });

  const server = await startServer(config, secrets, log);
  const stop = (signal: NodeJS.Signals) => {
    log.info('server.stopping', { signal });
    setTimeout(() => process.exit(1), drainLimitMs).unref();
    void server[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('server.stop-failed', { error });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.on('unhandledRejection', (error) => log.error('server.unhandled-rejection', { error }));
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...server.addresses, pid: process.pid })}\n`);
}
