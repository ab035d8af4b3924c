import type { Resolver } from '#platform/dns/index.ts';
import { askHost, UnprovenHost } from '#platform/https/index.ts';
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

export type FetchedPolicy =
  | { readonly ok: true; readonly policy: StsPolicy }
  | { readonly ok: false; readonly problem: StsProblem };

/** As reports name it (RFC 8460 §4.3.2.2). */
export type StsProblem =
  | 'sts-policy-fetch-error' // no answer, a redirect or refusal, more than 64 KiB
  | 'sts-webpki-invalid' // no valid certificate
  | 'sts-policy-invalid'; // another content type, or no policy in it

/** Fetches a domain's policy from `https://mta-sts.<domain>/` (RFC 8461 §3.3). Never throws for what is there. */
export async function fetchStsPolicy(
  domain: string,
  { resolver, trusted, port }: PolicyFetchOptions,
): Promise<FetchedPolicy> {
  const host = `mta-sts.${domain}`;
  // Looked up by our own resolver, as the mail servers are.
  const addresses = await resolver.addresses(host);
  if (addresses.kind !== 'found') return { ok: false, problem: 'sts-policy-fetch-error' };
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
    if (statusCode !== 200) return { ok: false, problem: 'sts-policy-fetch-error' }; // §3.3: redirects are not followed
    const isText = /^text\/plain\s*(;|$)/i.test(contentType);
    const parsed = isText ? parseStsPolicy(body.toString('utf8')) : null;
    return parsed?.kind === 'policy'
      ? { ok: true, policy: parsed.policy }
      : { ok: false, problem: 'sts-policy-invalid' };
  } catch (error) {
    // To the domain's mail it is the same as no policy.
    return {
      ok: false,
      problem: error instanceof UnprovenHost ? 'sts-webpki-invalid' : 'sts-policy-fetch-error',
    };
  }
}
