import { readFile } from 'node:fs/promises';
import { AdjustableClock } from '#platform/clock/adjustable-clock.ts';
import { systemClock } from '#platform/clock/clock.ts';
import type { Logger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { compose } from './compose.ts';
import type { Config, ServerRole } from './config.ts';
import { openStore } from './open-store.ts';
import type { Secrets } from './secrets.ts';
import { serveHttp } from './serve-http.ts';
import { listenForMail, type MailAddresses } from './listen-for-mail.ts';
import { openLab } from './open-lab.ts';

/** What listens where: `host:port`, and the URL of the pages. */
type Addresses = MailAddresses & { http?: string };

export interface RunningServer extends AsyncDisposable {
  readonly addresses: Readonly<Addresses>;
}

/** Starts the parts that `config.roles` names, in the order in which they need each other; ready when it returns. */
export async function startServer(config: Config, secrets: Secrets, log: Logger): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const clock = config.lab === undefined ? systemClock : new AdjustableClock();
  const metrics = createMetrics({ processMetrics: true });

  const opening = openLab(config, clock); // beside the database: both take their time
  stack.defer(async () => (await opening.catch(() => undefined))?.[Symbol.asyncDispose]());
  const store = stack.use(await openStore(config, secrets, log, 'supervise'));
  const lab = await opening;

  const house = await compose({
    config,
    blobUrl: secrets.blobUrl,
    store,
    clock,
    log,
    metrics,
    dns: lab?.dns ?? config.dns,
    trusted: lab === undefined ? await trustedAuthorities(config) : [lab.caCertificate],
  });
  stack.defer(() => house.messages.close());
  const has = (role: ServerRole) => config.roles.has(role);
  const pages = lab === undefined ? undefined : await lab.furnish(house, store);

  const addresses: Addresses = {};
  if (has('worker')) {
    await house.jobs.start();
    stack.defer(() => house.jobs.stop());
  }
  const loops = house.loops.filter((loop) =>
    loop.name.startsWith('delivery.') ? has('delivery') : has('worker'),
  );
  for (const loop of loops) loop.start();
  stack.defer(async () => void (await Promise.all(loops.map((loop) => loop.stop()))));
  if (has('mx') || has('submission'))
    Object.assign(addresses, await listenForMail(stack, house, config, lab));
  if (has('api')) addresses.http = await serveHttp(stack, house, { config, store, log, metrics, pages });

  lab?.announce();
  const started = stack.move();
  return { addresses, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function trustedAuthorities({ trustedCaFile }: Config): Promise<string[]> {
  return trustedCaFile === undefined ? [] : [await readFile(trustedCaFile, 'utf8')];
}
