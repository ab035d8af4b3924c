import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import * as z from 'zod';
import type { EndpointDefinition, FileResult } from '#contract/endpoint.ts';
import { bearerOf } from './bearer.ts';
import { cookieName, cookieNames, writeCookie } from './cookies.ts';
import { HttpError } from './http-error.ts';
import type { Credentials, HttpPorts } from './http-server.ts';
import { creationIdOf, type IdempotentCall } from './idempotency.ts';
import type { Principal } from './principal.ts';
import type { RequestInfo, Route } from './route.ts';

/** Bytes. */
const defaultBodyLimit = 1024 * 1024;

const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,200}$/, 'must be 8 to 200 printable characters');

interface ServerState {
  readonly secure: boolean;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
}

/** Mounts one route: who calls, may they, is the input valid, was it done before; then the handler. */
export function serveRoute(
  server: FastifyInstance,
  { endpoint, handler }: Route,
  ports: HttpPorts,
  { secure, closing }: ServerState,
): void {
  const { definition } = endpoint;
  const status = definition.status ?? (definition.ok === 'empty' ? 204 : 200);

  mount(server, definition, {
    method: endpoint.method,
    url: endpoint.path,
    exposeHeadRoute: false,
    ...(definition.bodyLimit === undefined ? {} : { bodyLimit: definition.bodyLimit }),
    handler: async (request, reply) => {
      const credentials = credentialsOf(request, definition, secure);
      const principal = await admit(definition, credentials, ports);
      const input = parseInput(definition, request);
      const call = idempotentCall(definition, request, principal);
      reply.header('cache-control', 'no-store');
      const run = () =>
        handler({
          ...input,
          principal,
          request: requestInfo(
            request,
            reply,
            call,
            secure,
            definition.ok === 'events' ? closing : undefined,
          ),
        } as unknown as Parameters<typeof handler>[0]);
      if (call === undefined) return answer(reply, status, definition, await run());

      const before = await ports.idempotency.begin(call);
      if (before !== undefined) {
        reply.header('idempotent-replayed', 'true');
        return reply.code(before.status).type('application/json').send(before.body);
      }
      let body: string;
      try {
        body = encode(definition, await run());
      } catch (error) {
        await ports.idempotency.forget(call).catch(() => undefined);
        throw error;
      }
      await ports.idempotency.finish(call, { status, body });
      return reply.code(status).type('application/json').send(body);
    },
  });
}

/** Content types other than ours reach only the routes that read them as a stream. */
function mount(
  server: FastifyInstance,
  { body, bodyLimit = defaultBodyLimit }: EndpointDefinition,
  options: RouteOptions,
): void {
  if (body !== 'stream') {
    server.route(options);
    return;
  }
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async (_: unknown, payload: Readable) => limited(payload, bodyLimit));
    scope.route(options);
  });
}

/** What nobody reads any more is let run out: the connection can then carry the refusal, and the next request. */
async function* limited(payload: Readable, limit: number): AsyncGenerator<Buffer> {
  let received = 0;
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limit) throw new HttpError('too-large', 'The body is larger than this endpoint takes.');
      yield chunk;
    }
  } finally {
    payload.resume();
  }
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function admit(
  definition: EndpointDefinition,
  credentials: Credentials,
  ports: HttpPorts,
): Promise<Principal | undefined> {
  if (definition.permission === 'public') return undefined;
  if (definition.permission === 'recipient') {
    // No key opens the portal, and a cookie beside one was not looked at for where it came from.
    const recipient =
      credentials.bearer === undefined ? await ports.authenticateRecipient(credentials) : undefined;
    if (recipient === undefined)
      throw new HttpError(
        'not-signed-in',
        'Your visit has ended. Open the link in your email again to continue.',
      );
    return recipient;
  }
  const principal = await ports.authenticate(credentials);
  if (principal === undefined)
    throw new HttpError(
      'not-signed-in',
      'You are not signed in, or your session has ended. Sign in and try again.',
    );
  if (
    definition.permission !== 'signed-in' &&
    !(await ports.authorize(principal, definition.permission, credentials.ip))
  ) {
    throw new HttpError(
      'forbidden',
      `This needs the right "${definition.permission}". Ask your administrator for it.`,
    );
  }
  return principal;
}

function parseInput(
  definition: EndpointDefinition,
  request: FastifyRequest,
): { params: unknown; query: unknown; body: unknown } {
  const { body } = definition;
  if (body === 'bytes' && !Buffer.isBuffer(request.body)) {
    throw new HttpError('unsupported-media-type', 'Send the file itself as application/octet-stream.');
  }
  if (body !== undefined && body !== 'bytes' && Buffer.isBuffer(request.body)) {
    throw new HttpError('unsupported-media-type', 'Send application/json.');
  }
  return {
    params: definition.params?.parse(request.params) ?? {},
    query: definition.query?.parse(request.query) ?? {},
    body: bodyOf(body, request),
  };
}

function bodyOf(expected: EndpointDefinition['body'], { body }: FastifyRequest): unknown {
  if (expected === undefined || expected === 'bytes') return body;
  if (expected === 'stream') return body ?? nothing();
  return expected.parse(body ?? {});
}

function idempotentCall(
  definition: EndpointDefinition,
  request: FastifyRequest,
  principal: Principal | undefined,
): IdempotentCall | undefined {
  const given = request.headers['idempotency-key'];
  if (definition.idempotent !== true || given === undefined || principal === undefined) return undefined;
  const key = idempotencyKey.safeParse(given);
  if (!key.success)
    throw new HttpError(
      'invalid-request',
      'Idempotency-Key must be 8 to 200 printable characters without spaces.',
    );
  const body = Buffer.isBuffer(request.body)
    ? request.body.toString('base64')
    : JSON.stringify(request.body ?? null);
  return {
    organizationId: principal.organizationId,
    caller:
      principal.kind === 'recipient' ? `recipient:${principal.recipientId}` : `user:${principal.userId}`,
    key: key.data,
    fingerprint: `${request.method} ${request.url}\n${body}`,
  };
}

function credentialsOf(request: FastifyRequest, { ok }: EndpointDefinition, secure: boolean): Credentials {
  return {
    sessionToken: request.cookies[cookieName(cookieNames.session, secure)],
    portalToken: request.cookies[cookieName(cookieNames.portal, secure)],
    bearer: bearerOf(request),
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
    // A browser opens an event stream, and opens it again, without anybody at it.
    passive: ok === 'events' || request.headers['x-carepost-passive'] !== undefined || isPeek(request.query),
  };
}

/** `GET /api/v1/session?peek=true` asks how long the session lasts without prolonging it. */
function isPeek(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'peek' in query && query.peek === 'true';
}

function requestInfo(
  request: FastifyRequest,
  reply: FastifyReply,
  call: IdempotentCall | undefined,
  secure: boolean,
  closing: AbortSignal | undefined,
): RequestInfo {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    requestId: request.id,
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
    creationId: call === undefined ? randomUUID() : creationIdOf(call),
    header(name) {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    cookie: (name) => request.cookies[cookieName(name, secure)],
    setCookie: (name, value, options = {}) =>
      writeCookie(reply, cookieName(name, secure), value, secure, options),
    replyHeader: (name, value) => void reply.header(name, value),
    signal: closing === undefined ? gone.signal : AbortSignal.any([gone.signal, closing]),
  };
}

function encode(definition: EndpointDefinition, result: unknown): string {
  if (typeof definition.ok === 'string') return '';
  return JSON.stringify(definition.ok.parse(result));
}

function answer(
  reply: FastifyReply,
  status: number,
  definition: EndpointDefinition,
  result: unknown,
): FastifyReply {
  if (definition.ok === 'empty') return reply.code(status).send();
  if (definition.ok === 'events')
    return reply
      .code(status)
      .type('text/event-stream')
      .send(Readable.from(result as AsyncIterable<string>));
  if (definition.ok !== 'bytes')
    return reply.code(status).type('application/json').send(encode(definition, result));
  const file = result as FileResult;
  reply
    .code(status)
    .type(file.contentType)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`)
    .header('content-security-policy', "sandbox; default-src 'none'");
  return reply.send(
    file.content instanceof Uint8Array
      ? Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength)
      : Readable.from(file.content),
  );
}
