import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { problem } from '#contract/problems.ts';
import { openApiDocument } from '#contract/openapi.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { bearerOf } from './bearer.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { ForeignProblem } from './http-error.ts';
import type { Idempotency } from './idempotency.ts';
import type { Principal } from './principal.ts';
import { sendProblem, toProblem } from './problem-reply.ts';
import type { Route } from './route.ts';
import { serveRoute } from './serve-route.ts';
import { refuseCrossSite } from './same-site.ts';
import type { Permission } from '#contract/permissions.ts';

/** What the credentials of a request are taken from. */
export interface Credentials {
  readonly sessionToken: string | undefined;
  readonly portalToken: string | undefined;
  readonly bearer: string | undefined;
  readonly ip: string;
  readonly userAgent: string;
  /** True when the call is one a page makes by itself: it must not prolong the session. */
  readonly passive: boolean;
}

export interface HttpPorts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly idempotency: Idempotency;
  /** Staff by session or API key. */
  authenticate(credentials: Credentials): Promise<Principal | undefined>;
  /** A recipient by portal session. */
  authenticateRecipient(credentials: Credentials): Promise<Principal | undefined>;
  /** The one point of authorisation for endpoints; records each refusal. */
  authorize(principal: Principal, permission: Permission, ip: string): Promise<boolean>;
  isReady(): Promise<boolean>;
}

export interface HttpOptions {
  /** Where people reach us: scheme and host decide cookies, HSTS and the origin that may change things. */
  readonly publicUrl: URL;
  readonly version: string;
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. Default none. */
  readonly trustedProxies?: readonly string[];
}

/** The HTTP server with every route of the contract; pages and lab are added by who composes it. */
export async function createHttpServer(
  routes: readonly Route[],
  ports: HttpPorts,
  options: HttpOptions,
): Promise<FastifyInstance> {
  const secure = options.publicUrl.protocol === 'https:';
  const server = Fastify({
    logger: false,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    bodyLimit: 1024 * 1024,
    requestTimeout: 120_000,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 512 },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    server.getDefaultJsonParser('error', 'error'),
  );
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    async (_: unknown, body: unknown) => body,
  );

  await server.register(cookie);
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy(secure) },
    strictTransportSecurity: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    xFrameOptions: { action: 'deny' },
  });

  const duration = ports.metrics.histogram(
    'http_request_seconds',
    'Time to answer, by route',
    [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    ['route', 'status'],
  );
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
    // A request with a key is judged by the key alone; a page of another site cannot know one.
    if (bearerOf(request) === undefined) refuseCrossSite(request, options.publicUrl.origin);
  });
  server.addHook('onResponse', async (request, reply) => {
    const name = request.routeOptions.url ?? 'unmatched';
    duration.observe(
      { route: `${request.method} ${name}`, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });

  server.setErrorHandler((error, request, reply) => {
    if (error instanceof ForeignProblem) {
      return reply.code(error.status).type('application/problem+json').send(JSON.stringify(error.body));
    }
    const answer = toProblem(error, request.id);
    if (answer !== undefined) {
      if (answer.status === 503) {
        const route = request.routeOptions.url ?? 'unmatched';
        ports.log.warn('http.unavailable', { requestId: request.id, method: request.method, route, error });
      }
      return sendProblem(reply, answer);
    }
    ports.log.error('http.failed', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unmatched',
      error,
    });
    return sendProblem(
      reply,
      problem(
        'internal-error',
        'Something went wrong on our side and was noted. Nothing was half done; try again, and tell your administrator the request number if it stays.',
        { requestId: request.id },
      ),
    );
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem('not-found', 'There is nothing at this address.', { requestId: request.id })),
  );

  // Event streams have no end of their own: they end when the server does, and browsers come again.
  const closing = new AbortController();
  server.addHook('preClose', async () => closing.abort());
  for (const entry of routes) serveRoute(server, entry, ports, { secure, closing: closing.signal });

  const document = JSON.stringify(
    openApiDocument(
      routes.map((entry) => entry.endpoint),
      options.version,
    ),
  );
  server.get('/api/openapi.json', async (_, reply) => reply.type('application/json').send(document));
  server.get('/health/live', async (_, reply) => reply.type('application/json').send('{"status":"ok"}'));
  server.get('/health/ready', async (_, reply) => {
    const ready = await ports.isReady();
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .send(ready ? '{"status":"ok"}' : '{"status":"unavailable"}');
  });
  return server;
}
