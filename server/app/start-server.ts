import { AdjustableClock } from '#platform/clock/adjustable-clock.ts';
import { systemClock } from '#platform/clock/clock.ts';
import type { Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { compose } from './compose.ts';
import type { Config, ServerRole } from './config.ts';
import { openStore } from './open-store.ts';
import { readPemFile, requirePem } from './read-pem-file.ts';
import type { Secrets } from './secrets.ts';
import { serveHttp } from './serve-http.ts';
import { listenForMail, type MailAddresses } from './listen-for-mail.ts';
import { openLab } from './open-lab.ts';
import { within } from './within.ts';

/** What listens where: `host:port`, and the URL of the pages. */
type Addresses = MailAddresses & { http?: string };

export interface RunningServer extends AsyncDisposable {
  readonly addresses: Readonly<Addresses>;
}

/** What is not done by then is taken over by the next start, or by another process. */
const backgroundStopMs = 5_000;

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
  stack.defer(() => house.keys.close());
  void house.protection.daneDoubt(); // the log says whether DANE is used, and why not
  const has = (role: ServerRole) => config.roles.has(role);
  const pages = lab === undefined ? undefined : await lab.furnish(house, store);

  const addresses: Addresses = {};
  const [background, mail, http] = [
    new AsyncDisposableStack(),
    new AsyncDisposableStack(),
    new AsyncDisposableStack(),
  ];
  stack.defer(async () => {
    const working = within(backgroundStopMs, background.disposeAsync());
    await Promise.all([working, mail.disposeAsync(), http.disposeAsync()]);
  });
  if (has('worker')) {
    await house.jobs.start();
    background.defer(() => house.jobs.stop());
  }
  const loops = house.loops.filter((loop) => has(roleOf(loop)));
  for (const loop of loops) loop.start();
  background.defer(async () => void (await Promise.all(loops.map((loop) => loop.stop()))));

  if (has('mx') || has('submission')) Object.assign(addresses, await listenForMail(mail, house, config, lab));
  if (has('api')) addresses.http = await serveHttp(http, house, { config, store, log, metrics, pages });

  lab?.announce();
  const started = stack.move();
  return { addresses, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Which processes run a loop: telling open pages of changes is for those that have them. */
function roleOf({ name }: Loop): ServerRole {
  if (name.startsWith('delivery.') || name === 'deliverability.count-sessions') return 'delivery';
  return name === 'mailbox.push' ? 'api' : 'worker';
}

async function trustedAuthorities({ trustedCaFile }: Config): Promise<string[]> {
  if (trustedCaFile === undefined) return [];
  const ca = await readPemFile('CAREPOST_TRUSTED_CA', trustedCaFile);
  requirePem('CAREPOST_TRUSTED_CA', { ca });
  return [ca];
}
