import type { Resolver } from '#platform/dns/index.ts';
import { askHost } from '#platform/https/index.ts';
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
  try {
    const { statusCode, contentType, body } = await askHost({
      host,
      port,
      path: '/.well-known/mta-sts.txt',
      addresses: addresses.records,
      headers: { accept: 'text/plain' },
      trusted,
      timeoutMs: fetchMs,
      limitBytes: maxPolicySize,
    });
    if (statusCode !== 200 || !/^text\/plain\s*(;|$)/i.test(contentType)) return null; // §3.3: redirects are not followed
    const parsed = parseStsPolicy(body.toString('utf8'));
    return parsed.kind === 'policy' ? parsed.policy : null;
  } catch {
    return null; // whatever was wrong: to the domain's mail it is the same as no policy
  }
}
