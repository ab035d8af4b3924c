import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const accessKey = 'TESTKEY';
const secretKey = 'test/secret@key';
const region = 'test-region-1';
const bucket = 'bucket-1';

export interface S3Server extends AsyncDisposable {
  /** For BLOB_URL. */
  readonly url: string;
  /** With another secret: what it signs is refused. */
  readonly wrongUrl: string;
  readonly objects: Map<string, { content: Buffer; modifiedAt: Date }>;
  /** Uploads that were begun and neither completed nor aborted. */
  readonly openUploads: Map<string, Map<number, Buffer>>;
  /** "METHOD path?query" of each request that was answered. */
  readonly requests: string[];
  /** Answers the next requests with this status. */
  failNext(status: number, times: number): void;
  /** Makes the completion of the next multipart upload fail inside a 200, as S3 does. */
  failNextCompletion(): void;
  /** Nobody answers any more, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A small S3: path-style objects, multipart uploads, listing by pages of 3; checks every SigV4 signature and payload hash. */
export async function startS3Server(): Promise<S3Server> {
  const objects: S3Server['objects'] = new Map();
  const openUploads: S3Server['openUploads'] = new Map();
  const requests: string[] = [];
  let failing = { status: 0, times: 0 };
  let failCompletion = false;

  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const url = new URL(request.url ?? '/', 'http://host');
    requests.push(`${request.method} ${request.url}`);
    const send = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}) => {
      response.writeHead(status, headers).end(text);
    };
    if (failing.times > 0) {
      failing.times -= 1;
      return send(failing.status);
    }
    if (!isSigned(request, url, body)) return send(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
    const key = url.pathname.slice(`/${bucket}/`.length);
    const upload = url.searchParams.get('uploadId');
    if (key === '') return send(200, listing(url.searchParams));
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      const id = `${randomUUID()}+/=`;
      openUploads.set(id, new Map());
      return send(
        200,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (upload !== null) return answerUpload(request.method ?? '', url, upload, key, body, send);
    if (request.method === 'PUT') {
      objects.set(key, { content: body, modifiedAt: new Date() });
      return send(200);
    }
    const object = objects.get(key);
    if (object === undefined) return send(404, '<Error><Code>NoSuchKey</Code></Error>');
    if (request.method === 'GET') return send(200, object.content);
    objects.delete(key);
    return send(204);
  }

  function answerUpload(
    method: string,
    url: URL,
    id: string,
    key: string,
    body: Buffer,
    send: (status: number, text?: string, headers?: Record<string, string>) => void,
  ): void {
    const parts = openUploads.get(id);
    if (parts === undefined) return send(404);
    if (method === 'DELETE') {
      openUploads.delete(id);
      return send(204);
    }
    if (method === 'PUT') {
      const number = Number(url.searchParams.get('partNumber'));
      parts.set(number, body);
      return send(200, '', { etag: tagOf(body) });
    }
    if (failCompletion) {
      failCompletion = false;
      return send(200, '<Error><Code>InternalError</Code></Error>');
    }
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)];
    const ordered = named.map(([, number, tag]) => ({ part: parts.get(Number(number)), tag }));
    const complete = ordered.every(({ part, tag }) => part !== undefined && tagOf(part) === tag);
    const tooSmall = ordered.slice(0, -1).some(({ part }) => (part?.length ?? 0) < 5 * 1024 * 1024);
    if (!complete || tooSmall || ordered.length !== parts.size) return send(400);
    objects.set(key, {
      content: Buffer.concat(ordered.map(({ part }) => part ?? Buffer.alloc(0))),
      modifiedAt: new Date(),
    });
    openUploads.delete(id);
    return send(200, '<CompleteMultipartUploadResult/>');
  }

  function listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, 3);
    const entries = page.map(
      (key) =>
        `<Contents><Key>${key}</Key><LastModified>${objects.get(key)?.modifiedAt.toISOString()}</LastModified></Contents>`,
    );
    const next = keys.length > 3 ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<ListBucketResult>${entries.join('')}${next}</ListBucketResult>`;
  }

  let port = 0;
  const comeBack = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const goAway = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await comeBack();
  const urlWith = (secret: string) =>
    `s3://${accessKey}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${bucket}?region=${region}&tls=false`;
  return {
    url: urlWith(secretKey),
    wrongUrl: urlWith('other'),
    objects,
    openUploads,
    requests,
    failNext: (status, times) => {
      failing = { status, times };
    },
    failNextCompletion: () => {
      failCompletion = true;
    },
    goAway,
    comeBack,
    async [Symbol.asyncDispose]() {
      if (server.listening) await goAway();
    },
  };
}

function tagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

/** AWS Signature Version 4, computed from the request as it came, with the payload's true hash. */
function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, key, day = '', requestRegion, signedHeaders = '', signature = ''] =
    form.exec(request.headers.authorization ?? '') ?? [];
  const time = String(request.headers['x-amz-date']);
  const payloadHash = sha256(body);
  if (key !== accessKey || requestRegion !== region || !time.startsWith(day)) return false;
  if (request.headers['x-amz-content-sha256'] !== payloadHash) return false;
  const names = signedHeaders.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name))) return false;
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (last, part) => hmac(last, part),
    Buffer.from(`AWS4${secretKey}`),
  );
  return timingSafeEqual(Buffer.from(signature, 'hex'), hmac(signingKey, text));
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
