import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { createConnectionPool } from './connection-pool.ts';

const opened: string[] = [];
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  closeTimeout: 50,
  onConnect(session, answer) {
    opened.push(session.id);
    answer();
  },
});
await once(server.listen(0, '127.0.0.1'), 'listening');
after(() => server.close());
const { port } = server.server.address() as AddressInfo;
const pool = createConnectionPool({ port, localName: 'test', trusted: [], timeouts: {} });
after(() => pool.close());
const { signal } = new AbortController();
const peer = { host: 'mx.test', address: '127.0.0.1', tls: 'never', protection: 'cleartext' } as const;

async function take(protection: string = peer.protection) {
  const taken = await pool.take({ ...peer, protection }, signal);
  assert.ok(taken.ok);
  return taken;
}

test('a connection that was given back serves the next message', async () => {
  const first = await take();
  pool.giveBack(peer, first.connection);
  const second = await take();
  assert.ok(second.reused);
  assert.equal(second.connection, first.connection);
  assert.equal(opened.length, 1);
  pool.giveBack(peer, second.connection);
});

test('but never a message of another protection', async () => {
  const other = await take('tls-verified');
  assert.ok(!other.reused);
  pool.giveBack({ ...peer, protection: 'tls-verified' }, other.connection);
});

test('and not once it is lost', async () => {
  const { connection } = await take();
  connection.destroy();
  pool.giveBack(peer, connection);
  const next = await take();
  assert.ok(!next.reused);
  pool.giveBack(peer, next.connection);
});

test('no more than 200 rest in all: the longest rested are ended', async () => {
  const own = createConnectionPool({ port, localName: 'test', trusted: [], timeouts: {} });
  const peers = Array.from({ length: 220 }, (_, n) => ({
    ...peer,
    protection: `kind-${Math.floor(n / 20)}`,
  }));
  const taken = await Promise.all(
    peers.map(async (one) => {
      const opened = await own.take(one, signal);
      assert.ok(opened.ok);
      return opened.connection;
    }),
  );
  for (const [n, connection] of taken.entries()) own.giveBack(peers[n] ?? peer, connection);
  const again = await Promise.all(peers.map((one) => own.take(one, signal)));
  assert.deepEqual(
    again.map(({ reused }) => reused),
    peers.map((_, n) => n >= 20),
  );
  for (const one of again) if (one.ok) one.connection.destroy();
  await own.close();
});

test('closing ends what rests', async () => {
  const { connection } = await take();
  pool.giveBack(peer, connection);
  await pool.close();
  assert.ok(!connection.usable);
});
