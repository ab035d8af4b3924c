import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startS3Server } from '../../../test/support/s3-server.ts';
import type { BlobStore } from './blob-store.ts';
import { openBlobStore, parseS3Url } from './open-blob-store.ts';
import { partBytes } from './s3-blob-store.ts';

const folder = await mkdtemp(join(tmpdir(), 'carepost-blobs-'));
const s3 = await startS3Server();
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await s3[Symbol.asyncDispose]();
});
const stores: Record<string, BlobStore> = {
  'file system': await openBlobStore(undefined, folder),
  S3: await openBlobStore(s3.url, ''),
};

async function* pieces(...all: Array<Buffer | Error>) {
  for (const piece of all) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}
const readAll = async (store: BlobStore, key: string) =>
  Buffer.concat(await Array.fromAsync(store.read(key)));
const list = async (store: BlobStore, prefix: string) =>
  (await Array.fromAsync(store.list(prefix))).map(({ key }) => key).sort();

for (const [name, store] of Object.entries(stores)) {
  describe(name, () => {
    it('gives back what it took, at every size that is handled in its own way', async () => {
      for (const size of [0, 1, 100_000, partBytes, partBytes + 1, 2 * partBytes + 5]) {
        const content = randomBytes(size);
        await store.write('a/b/size', pieces(content.subarray(0, 10), content.subarray(10)));
        assert.ok(content.equals(await readAll(store, 'a/b/size')), String(size));
      }
      await store.delete('a/b/size');
    });
    it('says that a blob is missing, and lets it be deleted twice', async () => {
      await store.write('a/gone', pieces(Buffer.from('x')));
      await store.delete('a/gone');
      await store.delete('a/gone');
      await assert.rejects(readAll(store, 'a/gone'), { name: 'BlobError', code: 'blob-missing' });
    });
    it('keeps nothing of a write whose source fails', async () => {
      for (const size of [10, 2 * partBytes]) {
        const failure = new Error('source');
        await assert.rejects(
          store.write('a/broken', pieces(randomBytes(size), randomBytes(size), failure)),
          failure,
        );
        await assert.rejects(readAll(store, 'a/broken'), { code: 'blob-missing' });
      }
      assert.deepEqual([await list(store, 'a/'), s3.openUploads.size], [[], 0]);
    });
    it('replaces whole', async () => {
      await store.write('a/again', pieces(Buffer.from('first, longer')));
      await store.write('a/again', pieces(Buffer.from('second')));
      assert.equal((await readAll(store, 'a/again')).toString(), 'second');
      await store.delete('a/again');
    });
    it('lists by prefix, beyond one page', async () => {
      const keys = Array.from({ length: 8 }, (_, index) => `list/one/${index}`);
      for (const key of [...keys, 'list/other', 'listing/x'])
        await store.write(key, pieces(Buffer.from(key)));
      assert.deepEqual(await list(store, 'list/one/'), keys);
      assert.deepEqual(await list(store, 'list/'), [...keys, 'list/other']);
      assert.deepEqual(await list(store, 'nothing/'), []);
      for await (const { modifiedAt } of store.list('list/other'))
        assert.ok(Math.abs(Date.now() - modifiedAt.getTime()) < 3_600_000);
    });
    it('takes no key that leads elsewhere', async () => {
      for (const key of [
        '',
        '/',
        '../x',
        'a/../x',
        'a//b',
        '/a',
        'a/',
        'A',
        'a.b',
        'a b',
        'a%2f',
        'ä',
        'a\0',
      ]) {
        await assert.rejects(store.write(key, pieces()), RangeError, key);
        await assert.rejects(readAll(store, key), RangeError, key);
        await assert.rejects(store.delete(key), RangeError, key);
      }
    });
  });
}

describe('file system', () => {
  it('keeps files to itself and leaves no halves', async () => {
    const store = stores['file system']!;
    await store.write('private/one', pieces(Buffer.from('x')));
    assert.equal((await stat(join(folder, 'private/ne/one'))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'private'))).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(join(folder, '.incoming')), []);
  });
  it('removes old halves when it opens, and no young ones', async () => {
    const [old, young] = [join(folder, '.incoming/old'), join(folder, '.incoming/young')];
    await writeFile(old, 'x');
    await writeFile(young, 'x');
    await utimes(old, new Date(0), new Date(0));
    await openBlobStore(undefined, folder);
    assert.deepEqual(await readdir(join(folder, '.incoming')), ['young']);
  });
});

describe('S3', () => {
  const store = stores['S3']!;
  it('sends small blobs in one request and large ones in parts', async () => {
    s3.requests.length = 0;
    await store.write('count/small', pieces(randomBytes(partBytes)));
    assert.equal(s3.requests.length, 1);
    s3.requests.length = 0;
    await store.write('count/large', pieces(randomBytes(2 * partBytes + 1)));
    assert.deepEqual(
      s3.requests.map((request) => request.replace(/\?.*/, '')),
      ['POST', 'PUT', 'PUT', 'PUT', 'POST'].map((method) => `${method} /bucket-1/count/large`),
    );
  });
  it('tries again when the store stumbles, and tells when it stays down', async () => {
    s3.failNext(503, 2);
    await store.write('stumble', pieces(Buffer.from('x')));
    assert.equal((await readAll(store, 'stumble')).toString(), 'x');
    s3.failNext(500, 4);
    await assert.rejects(store.write('stumble', pieces(Buffer.from('y'))), {
      code: 'blob-store-unavailable',
    });
    assert.equal((await readAll(store, 'stumble')).toString(), 'x');
  });
  it('notices a completion that failed inside a 200, and clears up', async () => {
    s3.failNextCompletion();
    await assert.rejects(store.write('half', pieces(randomBytes(partBytes + 1))), {
      code: 'blob-store-unavailable',
    });
    assert.deepEqual([s3.openUploads.size, s3.objects.has('half')], [0, false]);
  });
  it('is refused with another secret, and does not say it', async () => {
    const stranger = await openBlobStore(s3.wrongUrl, '');
    await assert.rejects(stranger.write('a/b', pieces(Buffer.from('x'))), (error: Error) => {
      assert.match(error.message, /answered PUT with 403/);
      assert.doesNotMatch(JSON.stringify(error), /other|TESTKEY/);
      return true;
    });
    await assert.rejects(readAll(stranger, 'a/b'), { code: 'blob-store-unavailable' });
  });
  it('tells when nobody answers', async () => {
    await using gone = await startS3Server();
    const lost = await openBlobStore(gone.url, '');
    await gone[Symbol.asyncDispose]();
    await assert.rejects(lost.write('a/b', pieces(Buffer.from('x'))), { code: 'blob-store-unavailable' });
  });
});

describe('BLOB_URL', () => {
  it('is read', () => {
    assert.deepEqual(parseS3Url('s3://KEY:a%2Fb%40c@s3.example.test:9000/bucket?region=eu-1&tls=false'), {
      endpoint: 'http://s3.example.test:9000',
      bucket: 'bucket',
      region: 'eu-1',
      accessKeyId: 'KEY',
      secretAccessKey: 'a/b@c',
    });
    assert.equal(parseS3Url('s3://K:S@host/bucket').endpoint, 'https://host');
  });
  it('is refused without being quoted', () => {
    for (const url of [
      'http://K:pw123@h/bucket',
      's3://h/bucket',
      's3://K:pw123@h/',
      's3://K:pw123@h/a/b',
      's3://K:pw123@h/bucket?tls=maybe',
      'nonsense pw123',
    ]) {
      assert.throws(
        () => parseS3Url(url),
        (error: Error) => error.name === 'BlobError' && !error.message.includes('pw123'),
      );
    }
  });
});
