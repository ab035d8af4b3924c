import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { endpoint } from '#contract/endpoint.ts';
import { silentLogger } from '../log/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createHttpServer } from './http-server.ts';
import { route } from './route.ts';

const common = { summary: 'Test', tag: 'Test', errors: [], permission: 'public' } as const;
const upload = endpoint('POST /upload', {
  ...common,
  body: 'stream',
  ok: z.object({ bytes: z.int(), type: z.string().nullable() }),
  bodyLimit: 20,
});
const json = endpoint('POST /json', {
  ...common,
  body: z.object({ a: z.int() }),
  ok: z.object({ a: z.int() }),
});

async function server() {
  const routes = [
    route(upload, async ({ body, request }) => {
      let bytes = 0;
      for await (const chunk of body) bytes += chunk.length;
      return { bytes, type: request.header('content-type') ?? null };
    }),
    route(json, async ({ body }) => body),
  ];
  return createHttpServer(
    routes,
    {
      log: silentLogger,
      metrics: createMetrics(),
      idempotency: {
        begin: async () => undefined,
        finish: async () => {},
        forget: async () => {},
        sweep: async () => 0,
      },
      authenticate: async () => undefined,
      authenticateRecipient: async () => undefined,
      authorize: async () => true,
      isReady: async () => true,
    },
    { publicUrl: new URL('http://127.0.0.1'), version: '0' },
  );
}

test('a route that reads a stream takes any content type, and no other route does', async () => {
  await using http = await server();
  const send = async (url: string, type: string | undefined, payload: string) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const { statusCode, json } = await http.inject({ method: 'POST', url, payload, headers });
    return [statusCode, json<unknown>()];
  };
  assert.deepEqual(await send('/upload', 'image/png', 'abc'), [200, { bytes: 3, type: 'image/png' }]);
  assert.deepEqual(await send('/upload', 'application/json', '{not json'), [
    200,
    { bytes: 9, type: 'application/json' },
  ]);
  assert.deepEqual(await send('/upload', undefined, ''), [200, { bytes: 0, type: null }]);
  assert.deepEqual(await send('/json', 'application/json', '{"a":1}'), [200, { a: 1 }]);
  assert.equal((await send('/json', 'image/png', 'abc'))[0], 415);
  assert.equal((await send('/json', 'application/json', '{bad'))[0], 400);
});

test('a stream ends at the limit, whether the length was told or not', async () => {
  await using http = await server();
  const told = await http.inject({
    method: 'POST',
    url: '/upload',
    payload: 'x'.repeat(21),
    headers: { 'content-type': 'a/b' },
  });
  assert.equal(told.statusCode, 413);
  const address = await http.listen({ host: '127.0.0.1', port: 0 });

  const body = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 3; i += 1) controller.enqueue(new Uint8Array(10));
      controller.close();
    },
  });
  const untold = await fetch(`${address}/upload`, { method: 'POST', body, duplex: 'half' });
  assert.equal(untold.status, 413);
  for (const length of [5_000_000, 1]) {
    const again = await fetch(`${address}/upload`, { method: 'POST', body: 'x'.repeat(length) });
    assert.equal(again.status, length === 1 ? 200 : 413, 'the connection can be used again');
  }
});
