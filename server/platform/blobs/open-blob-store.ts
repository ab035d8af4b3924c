import { BlobError } from './blob-error.ts';
import type { BlobStore } from './blob-store.ts';
import { openFileBlobStore } from './file-blob-store.ts';
import { openS3BlobStore, type S3Address } from './s3-blob-store.ts';

/**
 * The store that BLOB_URL names, or the file system at `folder` when it is not set.
 * `s3://KEY:SECRET@host:port/bucket?region=…&tls=…`; region defaults to us-east-1, tls to true. Key and
 * secret are percent-encoded where they hold "/" or "@".
 * Throws BlobError 'blob-url-invalid'; the message never quotes the address, which holds the secret.
 */
export async function openBlobStore(url: string | undefined, folder: string): Promise<BlobStore> {
  return url === undefined || url === '' ? openFileBlobStore(folder) : openS3BlobStore(parseS3Url(url));
}

export function parseS3Url(text: string): S3Address {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 's3:') throw invalid('It must begin with s3://');
  const bucket = url.pathname.replace(/^\/|\/$/g, '');
  if (!/^[a-z0-9.-]{3,63}$/.test(bucket)) throw invalid('Its path must be the name of one bucket');
  if (url.username === '' || url.password === '' || url.host === '') {
    throw invalid('It must name access key, secret key and host');
  }
  const tls = url.searchParams.get('tls') ?? 'true';
  if (tls !== 'true' && tls !== 'false') throw invalid('tls must be true or false');
  return {
    endpoint: `${tls === 'true' ? 'https' : 'http'}://${url.host}`,
    bucket,
    region: url.searchParams.get('region') ?? 'us-east-1',
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  };
}

function invalid(reason: string): BlobError {
  return new BlobError(
    'blob-url-invalid',
    `BLOB_URL cannot be understood. ${reason}; the form is s3://KEY:SECRET@host:port/bucket?region=…&tls=…`,
  );
}
