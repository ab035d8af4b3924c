import type { Resolver } from '#platform/dns/index.ts';
import { askHost, isPublic } from '#platform/https/index.ts';

const postMs = 30_000;

export interface ReportPostOptions {
  readonly resolver: Pick<Resolver, 'addresses'>;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  /** Whether reports may go to addresses of this network: in the lab alone. */
  readonly allowPrivate: boolean;
}

/**
 * Posts a packed report (RFC 8460 §5.4); false unless it was taken. Redirects are not followed, and nothing goes to an
 * address of this network: whoever writes the record must not make this server ask inside. Never rejects.
 */
export function createReportPost({
  resolver,
  trusted,
  allowPrivate,
}: ReportPostOptions): (url: URL, body: Buffer) => Promise<boolean> {
  return async (url, body) => {
    const found = await resolver.addresses(url.hostname); // an address in place of a name has none
    const addresses =
      found.kind === 'found' ? found.records.filter((each) => allowPrivate || isPublic(each)) : [];
    if (addresses.length === 0) return false;
    try {
      const { statusCode } = await askHost({
        host: url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        path: `${url.pathname}${url.search}`,
        addresses,
        headers: { 'content-type': 'application/tlsrpt+gzip', 'content-length': String(body.length) },
        body,
        trusted,
        timeoutMs: postMs,
        limitBytes: 64 * 1024,
      });
      return statusCode >= 200 && statusCode < 300;
    } catch {
      return false; // no certificate, no answer, too slow, an answer without end
    }
  };
}
