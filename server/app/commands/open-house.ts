import { systemClock } from '#platform/clock/clock.ts';
import { createLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { compose, type House } from '../compose.ts';
import { readConfig } from '../config.ts';
import { prepareDataFolder } from '../data-folder.ts';
import { openStore } from '../open-store.ts';
import { readSecrets } from '../secrets.ts';

/** Runs `work` with the modules but without listeners and loops: beside a running server, or on its own. */
export async function withHouse<T>(work: (house: House) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env);
  const log = createLogger('error');
  await prepareDataFolder(config.dataFolder);
  await using store = await openStore(config, secrets, log, 'join');
  const house = await compose({
    config,
    blobUrl: secrets.blobUrl,
    store,
    clock: systemClock,
    log,
    metrics: createMetrics(),
    dns: config.dns,
    trusted: [],
  });
  return await work(house); // before the store is closed
}
