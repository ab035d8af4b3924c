import { setTimeout as delay } from 'node:timers/promises';
import { BlobError, type BlobStore } from '#platform/blobs/index.ts';
import type { Logger } from '#platform/log/log.ts';
import { ConfigError } from './config.ts';

const limitMs = 5_000;

/**
 * Asks the store once, at start. One that does not answer or has a bad day may be back soon: that goes to the log.
 * One that refuses us, or has no such bucket, is a setting to be mended: throws ConfigError.
 */
export async function checkBlobStore(blobs: BlobStore, log: Logger): Promise<void> {
  const failure = await Promise.race([ask(blobs), delay(limitMs, new Error('no answer'), { ref: false })]);
  if (failure === undefined) return;
  const status = failure instanceof BlobError ? failure.status : undefined;
  if (status === undefined || status >= 500 || status === 429) {
    log.warn('blobs.unavailable', { ...(status === undefined ? {} : { status }), error: failure });
    return;
  }
  throw new ConfigError(
    'setting-invalid',
    `BLOB_URL: the object store answers ${status}. Check keys, bucket and region, and that the keys may list, read, write and delete in the bucket.`,
    { cause: failure },
  );
}

/** What listing fails with. */
async function ask(blobs: BlobStore): Promise<unknown> {
  try {
    for await (const _ of blobs.list('start/')) break;
    return undefined;
  } catch (error) {
    return error;
  }
}
