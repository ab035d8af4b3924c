import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from '#platform/http/http-server.ts';
import type { Route } from '#platform/http/route.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { House } from './compose.ts';
import type { Config } from './config.ts';
import { isFromThisMachine } from './from-this-machine.ts';
import type { Store } from './open-store.ts';
import { serveWebKeys } from './serve-web-keys.ts';
import { within } from './within.ts';
import { version } from './version.ts';
import { serveWebPages } from './web-pages.ts';

export interface HttpSurroundings {
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** What the lab adds. */
  readonly pages: { readonly routes: readonly Route[]; register(server: FastifyInstance): void } | undefined;
}

/** A database that has not answered by then counts as away. */
const readyLimitMs = 3_000;
/** For requests under way. */
const drainMs = 4_000;

/** Workspace, portal, API, health and metrics on one listener. Answers the URL that people open. */
export async function serveHttp(
  stack: AsyncDisposableStack,
  house: House,
  { config, store, log, metrics, pages }: HttpSurroundings,
): Promise<string> {
  const { database } = store;
  const { idempotency } = house;
  const server = await createHttpServer(
    [...house.routes, ...(pages?.routes ?? [])],
    {
      log: log.child('http'),
      metrics,
      idempotency,
      authenticate: (credentials) => house.identity.authenticateRequest(credentials),
      authenticateRecipient: (credentials) => house.portal.authenticate(credentials),
      authorize: async (principal, permission, ip) =>
        (await house.identity.authorize(principal, permission, ip)).ok,
      isReady: () => Promise.race([database.isReachable(), delay(readyLimitMs, false, { ref: false })]),
    },
    {
      publicUrl: config.publicUrl,
      version,
      ...(config.trustedProxies.length === 0 ? {} : { trustedProxies: config.trustedProxies }),
    },
  );
  server.get('/metrics', async (request, reply) => {
    if (!isFromThisMachine(request)) return reply.callNotFound();
    return reply.type('text/plain; version=0.0.4').send(await metrics.expose());
  });
  serveWebKeys(server, house.keys);
  // RFC 8461 §3.2: on the host mta-sts.<domain>, for each domain that receives here
  server.get('/.well-known/mta-sts.txt', async (request, reply) => {
    const policy = await house.deliverability.policyAt(request.hostname);
    if (policy === null) return reply.callNotFound();
    return reply.type('text/plain; charset=utf-8').send(policy);
  });
  pages?.register(server);
  await serveWebPages(server);
  await server.listen({ host: config.http.host, port: config.http.port });
  stack.defer(async () => {
    await within(drainMs, server.close());
    server.server.closeAllConnections();
  });
  return config.publicUrl.origin;
}
