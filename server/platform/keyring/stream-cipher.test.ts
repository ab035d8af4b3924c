import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openStream, sealedStreamBytes, sealStream, streamChunkBytes } from './stream-cipher.ts';

const key = Buffer.alloc(32, 7);
const context = 'test';
const header = 17;
const sealedChunk = streamChunkBytes + 16;

function inChunks(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
async function gather(source: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source));
}
const seal = (plaintext: Buffer, size = 10_000) =>
  gather(sealStream(key, context, inChunks(plaintext, size)));
const open = (sealed: Buffer, size = 10_000) => gather(openStream(key, context, inChunks(sealed, size)));
const damaged = { name: 'KeyringError', code: 'sealed-value-damaged' };

describe('stream cipher', () => {
  it('gives back what it took at every length around a chunk', async () => {
    for (const length of [
      0,
      1,
      streamChunkBytes - 1,
      streamChunkBytes,
      streamChunkBytes + 1,
      3 * streamChunkBytes,
    ]) {
      const plaintext = randomBytes(length);
      const sealed = await seal(plaintext);
      assert.equal(sealed.length, sealedStreamBytes(length));
      assert.deepEqual(await open(sealed), plaintext);
    }
  });
  it('does not depend on how either side is cut', async () => {
    const plaintext = randomBytes(streamChunkBytes + 100);
    for (const size of [1, 7, 4096, sealedChunk, 1_000_000]) {
      assert.deepEqual(await open(await seal(plaintext, size), size), plaintext);
    }
  });
  it('copies what it keeps', async () => {
    const reused = Buffer.alloc(10);
    async function* source() {
      for (const fill of [1, 2, 3]) yield reused.fill(fill);
    }
    const opened = await open(await gather(sealStream(key, context, source())));
    assert.deepEqual([...new Set(opened)], [1, 2, 3]);
  });
  it('never writes the same stream twice', async () => {
    const plaintext = Buffer.alloc(100);
    assert.notDeepEqual(await seal(plaintext), await seal(plaintext));
  });
  it('refuses another key, another context and another version', async () => {
    const sealed = await seal(Buffer.from('x'));
    await assert.rejects(gather(openStream(Buffer.alloc(32, 8), context, [sealed])), damaged);
    await assert.rejects(gather(openStream(key, 'other', [sealed])), damaged);
    await assert.rejects(open(Buffer.concat([Buffer.of(2), sealed.subarray(1)])), damaged);
  });
  it('notices any changed bit', async () => {
    const sealed = await seal(randomBytes(streamChunkBytes + 50));
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        await assert.rejects(open(changed), damaged);
      }),
    );
  });
  it('notices any cut', async () => {
    const sealed = await seal(randomBytes(2 * streamChunkBytes + 50));
    const atChunks = [
      0,
      1,
      header - 1,
      header,
      header + 16,
      header + sealedChunk,
      header + 2 * sealedChunk,
      header + 2 * sealedChunk + 16,
    ];
    for (const length of atChunks)
      await assert.rejects(open(sealed.subarray(0, length)), damaged, String(length));
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => {
        await assert.rejects(open(sealed.subarray(0, length)), damaged);
      }),
    );
  });
  it('notices chunks that were swapped, repeated, left out or added', async () => {
    const sealed = await seal(randomBytes(4 * streamChunkBytes));
    const [a, b, c, d] = inChunks(sealed.subarray(header), sealedChunk) as [Buffer, Buffer, Buffer, Buffer];
    const again = (chunks: Buffer[]) => open(Buffer.concat([sealed.subarray(0, header), ...chunks]));
    assert.equal((await again([a, b, c, d])).length, 4 * streamChunkBytes);
    for (const chunks of [[b, a, c, d], [a, a, b, c, d], [a, c, d], [a, b, c], [a, b, c, d, d], [d], []]) {
      await assert.rejects(again(chunks), damaged);
    }
    await assert.rejects(again([a, b, c, d, Buffer.alloc(1)]), damaged);
  });
});
