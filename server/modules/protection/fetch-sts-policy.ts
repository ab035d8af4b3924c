import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { Resolver } from '#platform/dns/index.ts';
import { maxPolicySize, parseStsPolicy, type StsPolicy } from '#protocols/mta-sts/index.ts';

export interface PolicyFetchOptions {
  readonly resolver: Resolver;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  /** 443 outside the lab. */
  readonly port: number;
}

/** RFC 8461 §3.3: a limit of a minute is suggested; a person is waiting for a preview here. */
const fetchMs = 8_000;

/**
 * Fetches a domain's policy from `https://mta-sts.<domain>/` (RFC 8461 §3.3). Null when there is none that
 * counts: no valid certificate, a redirect, another content type, more than 64 KiB, or no policy in it.
 */
export async function fetchStsPolicy(
  domain: string,
  { resolver, trusted, port }: PolicyFetchOptions,
): Promise<StsPolicy | null> {
  const host = `mta-sts.${domain}`;
  // Looked up by our own resolver, as the mail servers are.
  const addresses = await resolver.addresses(host);
  if (addresses.kind !== 'found') return null;
  const agent = new Agent({ maxCachedSessions: 0 }); // a resumed session would prove nothing
  try {
    const response = await ask({
      host,
      port,
      path: '/.well-known/mta-sts.txt',
      servername: host,
      headers: { host, accept: 'text/plain' },
      agent,
      ca: [...getCACertificates('default'), ...trusted],
      minVersion: 'TLSv1.2',
      lookup: lookupOf(addresses.records),
      signal: AbortSignal.timeout(fetchMs),
    });
    const parsed = parseStsPolicy(await readText(response));
    return parsed.kind === 'policy' ? parsed.policy : null;
  } catch {
    return null; // whatever was wrong: to the domain's mail it is the same as no policy
  } finally {
    agent.destroy();
  }
}

function ask(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(options).once('response', resolve).once('error', reject).end();
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const isText = /^text\/plain\s*(;|$)/i.test(response.headers['content-type'] ?? '');
  if (response.statusCode !== 200 || !isText) throw new Error('no policy there'); // §3.3: redirects are not followed
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxPolicySize) throw new Error('too large for a policy');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const [first] = found;
  return (_name, options, callback) => {
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
