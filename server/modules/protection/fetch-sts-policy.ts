import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
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
export function fetchStsPolicy(
  domain: string,
  { resolver, trusted, port }: PolicyFetchOptions,
): Promise<StsPolicy | null> {
  const host = `mta-sts.${domain}`;
  const agent = new Agent({ maxCachedSessions: 0 }); // a resumed session would prove nothing
  return new Promise<StsPolicy | null>((resolve) => {
    const asked = request({
      host,
      port,
      path: '/.well-known/mta-sts.txt',
      servername: host,
      headers: { host, accept: 'text/plain' },
      agent,
      ca: [...getCACertificates('default'), ...trusted],
      minVersion: 'TLSv1.2',
      lookup: lookupBy(resolver),
      signal: AbortSignal.timeout(fetchMs),
    });
    asked.once('error', () => resolve(null));
    asked.once('response', async (response) => {
      const isText = /^text\/plain\s*(;|$)/i.test(response.headers['content-type'] ?? '');
      if (response.statusCode !== 200 || !isText) return resolve(endWithNothing(response)); // §3.3: redirects are not followed
      const text = await readLimited(response).catch(() => null);
      const parsed = text === null ? null : parseStsPolicy(text);
      resolve(parsed?.kind === 'policy' ? parsed.policy : null);
    });
    asked.end();
  }).finally(() => agent.destroy());
}

function endWithNothing(response: { destroy(): unknown }): null {
  response.destroy();
  return null;
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxPolicySize) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Names are looked up by our own resolver, as those of the mail servers are. */
function lookupBy(resolver: Resolver): LookupFunction {
  return (name, options, callback) => {
    void resolver.addresses(name).then((answer) => {
      const found =
        answer.kind === 'found'
          ? answer.records.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
          : [];
      const [first] = found;
      if (first === undefined)
        return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
      if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}
