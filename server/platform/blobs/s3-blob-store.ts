import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { BlobError } from './blob-error.ts';
import { checkBlobKey, type BlobKey, type BlobStore, type StoredBlob } from './blob-store.ts';
import { elementsOf, textOf } from './s3-answer.ts';

export interface S3Address {
  /** Scheme, host and port; buckets are addressed by path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Up to this many bytes go in one request, more in parts of this size. S3 asks for parts of at least 5 MiB. */
export const partBytes = 8 * 1024 * 1024;
const words = 'Large messages cannot be stored or read just now: the object store';
/** Longest time for one request; reading has longer, since its reader sets the pace. */
const requestLimitMs = 60_000;
const readLimitMs = 15 * 60_000;

/** Blobs in any S3-compatible store. Memory: one part a write. Payloads are hashed into the signature. */
export function openS3BlobStore(address: S3Address): BlobStore {
  const client = new AwsClient({
    accessKeyId: address.accessKeyId,
    secretAccessKey: address.secretAccessKey,
    region: address.region,
    service: 's3',
    retries: 3,
  });
  const bucketUrl = `${address.endpoint}/${address.bucket}`;

  async function request(method: string, path: string, body?: Buffer): Promise<Response> {
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    try {
      return await client.fetch(`${bucketUrl}${path}`, {
        method,
        headers: { 'x-amz-content-sha256': digest },
        signal: AbortSignal.timeout(method === 'GET' ? readLimitMs : requestLimitMs),
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      });
    } catch (cause) {
      throw unavailable('could not be reached', cause);
    }
  }

  async function accepted(method: string, path: string, body?: Buffer): Promise<Response> {
    const response = await request(method, path, body);
    if (response.ok) return response;
    await response.body?.cancel();
    throw refused(method, response.status);
  }

  async function writeParts(
    key: BlobKey,
    parts: AsyncIterator<Buffer>,
    first: Buffer,
    second: Buffer,
  ): Promise<void> {
    const path = `/${key}`;
    const started = await (await accepted('POST', `${path}?uploads=`)).text();
    const upload = encodeURIComponent(textOf(started, 'UploadId') ?? '');
    try {
      const tags: string[] = [];
      const send = async (part: Buffer) => {
        const answer = await accepted(
          'PUT',
          `${path}?partNumber=${tags.length + 1}&uploadId=${upload}`,
          part,
        );
        tags.push(answer.headers.get('etag') ?? '');
      };
      await send(first);
      await send(second);
      for (let next = await parts.next(); next.done !== true; next = await parts.next())
        await send(next.value);
      const list = tags.map(
        (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
      );
      const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
      const done = await (await accepted('POST', `${path}?uploadId=${upload}`, body)).text();
      // S3 may answer 200 and tell of the failure inside.
      if (done.includes('<Error>')) throw unavailable('could not complete an upload');
    } catch (error) {
      await request('DELETE', `${path}?uploadId=${upload}`).catch(() => undefined);
      throw error;
    }
  }

  async function* list(prefix: string): AsyncGenerator<StoredBlob> {
    let token: string | undefined;
    do {
      const after = token === undefined ? '' : `&continuation-token=${encodeURIComponent(token)}`;
      const answer = await accepted('GET', `?list-type=2&prefix=${encodeURIComponent(prefix)}${after}`);
      const page = await answer.text();
      for (const entry of elementsOf(page, 'Contents')) {
        yield { key: textOf(entry, 'Key') ?? '', modifiedAt: new Date(textOf(entry, 'LastModified') ?? 0) };
      }
      token = textOf(page, 'NextContinuationToken');
    } while (token !== undefined);
  }

  return {
    async write(key, source) {
      checkBlobKey(key);
      const parts = inParts(source);
      const first = (await parts.next()).value ?? Buffer.alloc(0);
      const second = await parts.next();
      if (second.done === true) await accepted('PUT', `/${key}`, first);
      else await writeParts(key, parts, first, second.value);
    },
    async *read(key) {
      checkBlobKey(key);
      const response = await request('GET', `/${key}`);
      if (response.status === 404) throw new BlobError('blob-missing', 'There is no such blob.');
      if (!response.ok || response.body === null) throw refused('GET', response.status);
      try {
        for await (const piece of response.body)
          yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      } catch (cause) {
        throw unavailable('broke off', cause);
      }
    },
    async delete(key) {
      checkBlobKey(key);
      const response = await request('DELETE', `/${key}`);
      await response.body?.cancel();
      if (!response.ok && response.status !== 404) throw refused('DELETE', response.status);
    },
    list,
    close: async () => undefined,
  };
}

async function* inParts(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.length;
    while (length > partBytes) {
      const joined = Buffer.concat(pieces);
      yield joined.subarray(0, partBytes);
      pieces = [joined.subarray(partBytes)];
      length -= partBytes;
    }
  }
  if (length > 0) yield Buffer.concat(pieces);
}

function unavailable(what: string, cause?: unknown): BlobError {
  return new BlobError('blob-store-unavailable', `${words} ${what}.`, { cause });
}

function refused(method: string, status: number): BlobError {
  return new BlobError('blob-store-unavailable', `${words} answered ${method} with ${status}.`, { status });
}
