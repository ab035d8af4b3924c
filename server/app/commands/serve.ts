import { createLogger } from '#platform/log/log.ts';
import { readConfig } from '../config.ts';
import { prepareDataFolder } from '../data-folder.ts';
import { readSecrets } from '../secrets.ts';
import { startServer } from '../start-server.ts';

/** Longer than draining, background work and the database take at most, together. */
const stopLimitMs = 10_000;

/** Runs until SIGTERM or SIGINT, also while it starts; prints one JSON line once everything listens. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env);
  const log = createLogger(config.logLevel);
  await prepareDataFolder(config.dataFolder);

  const starting = startServer(config, secrets, log);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return; // Ctrl-C comes twice when a parent passes it on; the end is near anyway
    stopping = true;
    log.info('server.stopping', { signal });
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    void starting
      .then((server) => server[Symbol.asyncDispose]())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('server.stop-failed', { error });
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('unhandledRejection', (error) => log.error('server.unhandled-rejection', { error }));
  const { addresses } = await starting;
  if (!stopping)
    process.stdout.write(`${JSON.stringify({ event: 'ready', ...addresses, pid: process.pid })}\n`);
}
