import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { isFromThisMachine } from './from-this-machine.ts';

async function ask(remoteAddress: string, headers: Record<string, string>): Promise<string> {
  const server = Fastify();
  server.get('/', (request) => String(isFromThisMachine(request)));
  return (await server.inject({ url: '/', remoteAddress, headers })).body;
}

for (const [remoteAddress, host] of [
  ['127.0.0.1', '127.0.0.1:8025'],
  ['127.3.2.1', 'localhost:8025'],
  ['::1', '[::1]:8025'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
] as const) {
  test(`${remoteAddress} asking ${host} is this machine`, async () => {
    assert.equal(await ask(remoteAddress, { host }), 'true');
  });
}

for (const [remoteAddress, headers] of [
  ['192.0.2.1', { host: '127.0.0.1:8025' }],
  ['127.0.0.1', { host: 'mail.clinic.test' }],
  ['127.0.0.1', { host: '127.0.0.1.attacker.test' }],
  ['127.0.0.1', { host: '127.0.0.1:8025', 'x-forwarded-for': '192.0.2.1' }],
  ['127.0.0.1', { host: '127.0.0.1:8025', via: '1.1 proxy' }],
  ['127.0.0.1', { host: 'localhost', forwarded: 'for=192.0.2.1' }],
] as const) {
  test(`${remoteAddress} with ${JSON.stringify(headers)} is not`, async () => {
    assert.equal(await ask(remoteAddress, headers), 'false');
  });
}
