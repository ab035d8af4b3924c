import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { serveWebPages } from './web-pages.ts';

let server: FastifyInstance;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carepost-web-'));
  for (const app of ['workspace', 'portal']) {
    await mkdir(join(folder, 'built', app, 'assets'), { recursive: true });
    await writeFile(join(folder, 'built', app, 'index.html'), `the page of ${app}`);
    await writeFile(join(folder, 'built', app, 'assets', 'a-1_B.js'), app);
  }
  await writeFile(join(folder, 'secret'), 'secret');
  server = Fastify();
  await serveWebPages(server, join(folder, 'built'));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

for (const [url, body, caching] of [
  ['/assets/a-1_B.js', 'workspace', 'public, max-age=31536000, immutable'],
  ['/portal/assets/a-1_B.js', 'portal', 'public, max-age=31536000, immutable'],
  ['/mail/inbox', 'the page of workspace', 'no-store'],
  ['/p/a-token', 'the page of portal', 'no-store'],
] as const) {
  test(`${url} is kept: ${caching}`, async () => {
    const reply = await server.inject({ url });
    assert.deepEqual([reply.statusCode, reply.body, reply.headers['cache-control']], [200, body, caching]);
  });
}

// A cache that kept the absence of a name for ever would break the version that brings it.
for (const url of [
  '/assets/of-the-next-version.js',
  '/portal/assets/of-the-next-version.js',
  '/assets/',
  '/assets/..%2f..%2f..%2fsecret',
  '/assets/..%2f..%2fportal%2findex.html',
  '/assets/%2e%2e%2findex.html',
  '/assets/..%5c..%5csecret',
  '/assets//etc/passwd',
  '/assets/%00',
  '/assets/a-1_B.js%00',
]) {
  test(`${url} is not there, and no cache keeps that`, async () => {
    const reply = await server.inject({ url });
    assert.deepEqual([reply.statusCode, reply.headers['cache-control']], [404, undefined]);
    assert.doesNotMatch(reply.body, /^(?:secret|the page)/);
  });
}
