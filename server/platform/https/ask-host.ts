import { Agent as PlainAgent, request as requestPlainly, type IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { getCACertificates, TLSSocket } from 'node:tls';

export interface HostRequest {
  /** Default https. http only for what is no secret and carries its own proof, as CRLs do. */
  readonly scheme?: 'https' | 'http';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Where the host is, looked up and checked by the caller: a second answer of the DNS could be another. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Given: a POST. */
  readonly body?: Buffer;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** Largest answer that is read. */
  readonly limitBytes: number;
}

export interface HostAnswer {
  readonly statusCode: number;
  /** '' when there is none. */
  readonly contentType: string;
  /** Empty unless the status is 200. */
  readonly body: Buffer;
}

/** The host could not prove its name by a certificate that is trusted. */
export class UnprovenHost extends Error {
  override readonly name = 'UnprovenHost';
}

/**
 * One HTTPS request to a host of somebody else: TLS 1.2 or later, a valid certificate, no redirects, no session
 * resumed (it would prove nothing). Throws when there is no answer in time or one that is too large, and
 * UnprovenHost when there is no such proof.
 */
export async function askHost(asked: HostRequest): Promise<HostAnswer> {
  const { host, port, path, addresses, headers, body, trusted, timeoutMs, limitBytes, scheme } = asked;
  const isPlain = scheme === 'http';
  const agent = isPlain ? new PlainAgent() : new Agent({ maxCachedSessions: 0 });
  try {
    const response = await answerTo(
      isPlain ? requestPlainly : request,
      {
        host,
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        servername: host,
        headers: { host: port === (isPlain ? 80 : 443) ? host : `${host}:${port}`, ...headers },
        agent,
        ca: [...getCACertificates('default'), ...trusted],
        minVersion: 'TLSv1.2',
        lookup: lookupOf(addresses),
        signal: AbortSignal.timeout(timeoutMs),
      },
      body,
    );
    const { statusCode = 0 } = response;
    const contentType = response.headers['content-type'] ?? '';
    if (statusCode === 200) return { statusCode, contentType, body: await read(response, limitBytes) };
    response.destroy();
    return { statusCode, contentType, body: Buffer.alloc(0) };
  } finally {
    agent.destroy();
  }
}

function answerTo(
  send: typeof request,
  options: RequestOptions,
  body: Buffer | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = send(options);
    sent
      .once('response', resolve)
      .once('error', (cause) => {
        const { socket } = sent;
        const isUnproven = socket instanceof TLSSocket && Boolean(socket.authorizationError);
        reject(isUnproven ? new UnprovenHost('The certificate does not prove the host', { cause }) : cause);
      })
      .end(body);
  });
}

async function read(response: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new Error('The answer is larger than what was asked for can be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const [first] = found;
  return (_name, options, callback) => {
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
