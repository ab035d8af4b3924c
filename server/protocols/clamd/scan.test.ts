import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { openScan } from './index.ts';

/** A daemon that says what it is told to once it has the whole stream, or at once. */
async function daemon(answer: (stream: Buffer) => string | Buffer[] | null) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let all = Buffer.alloc(0);
    let answered = false;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
      const stream = readStream(all);
      if (stream === null || answered) return;
      answered = true;
      const said = answer(stream);
      if (said === null) socket.destroy();
      else if (typeof said === 'string') socket.write(said);
      else for (const part of said) socket.write(part);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    at: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Null until the stream is whole. */
function readStream(all: Buffer): Buffer | null {
  if (!all.subarray(0, 10).equals(Buffer.from('zINSTREAM\0'))) return null;
  const parts: Buffer[] = [];
  for (let at = 10; at + 4 <= all.length;) {
    const length = all.readUInt32BE(at);
    if (length === 0) return Buffer.concat(parts);
    parts.push(all.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return null;
}

async function scan(at: { host: string; port: number }, chunks: readonly Buffer[], timeoutMs = 5_000) {
  const one = openScan(at, { timeoutMs });
  for (const chunk of chunks) await one.write(chunk);
  return one.finish();
}

test('whatever the chunks, the daemon gets the content as it is', async () => {
  const seen: Buffer[] = [];
  await using clamd = await daemon((stream) => {
    seen.push(stream);
    return 'stream: OK\0';
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), async (parts) => {
      const chunks = parts.map((part) => Buffer.from(part));
      assert.deepEqual(await scan(clamd.at, chunks), { kind: 'clean' });
      assert.deepEqual(seen.pop(), Buffer.concat(chunks));
    }),
    { numRuns: 30 },
  );
  const large = Buffer.alloc(5_000_000, 'x');
  assert.deepEqual(await scan(clamd.at, [large, large]), { kind: 'clean' });
  assert.equal(seen.pop()?.length, 10_000_000);
});

for (const [answer, verdict] of [
  ['stream: OK\0', { kind: 'clean' }],
  ['stream: Test.Signature-1 FOUND\0', { kind: 'infected', signature: 'Test.Signature-1' }],
  ['stream: OK', { kind: 'failed' }],
  ['stream: OK FOUND and more\0', { kind: 'failed' }],
  ['OK\0', { kind: 'failed' }],
  ['INSTREAM size limit exceeded. ERROR\0', { kind: 'failed' }],
  ['\0', { kind: 'failed' }],
  ['x'.repeat(10_000), { kind: 'failed' }],
  [null, { kind: 'failed' }],
] as const) {
  test(`the daemon says ${JSON.stringify(answer)?.slice(0, 40)}: ${verdict.kind}`, async () => {
    await using clamd = await daemon(() => answer);
    const { kind, ...rest } = await scan(clamd.at, [Buffer.from('content')], 300);
    assert.equal(kind, verdict.kind);
    if ('signature' in verdict) assert.deepEqual(rest, { signature: verdict.signature });
  });
}

test('an answer in single bytes', async () => {
  await using clamd = await daemon(() =>
    [...Buffer.from('stream: A FOUND\0')].map((byte) => Buffer.of(byte)),
  );
  assert.deepEqual(await scan(clamd.at, []), { kind: 'infected', signature: 'A' });
});

test('nobody there, nobody answers, given up: failed, and the writer is let go', async () => {
  assert.equal((await scan({ host: '127.0.0.1', port: 1 }, [Buffer.from('x')])).kind, 'failed');
  await using silent = await daemon(() => []);
  assert.equal((await scan(silent.at, [Buffer.from('x')], 100)).kind, 'failed');
  const given = openScan(silent.at);
  const waiting = given.write(Buffer.alloc(50_000_000));
  await delay(10);
  given.abort();
  await waiting;
  assert.equal((await given.finish()).kind, 'failed');
});
