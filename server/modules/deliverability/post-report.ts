import { request } from 'node:https';
import { getCACertificates } from 'node:tls';

const postMs = 30_000;

/** Posts a packed report (RFC 8460 §5.4); false unless it was taken. Redirects are not followed. Never rejects. */
export function createReportPost(trusted: readonly string[]): (url: URL, body: Buffer) => Promise<boolean> {
  return (url, body) =>
    new Promise((resolve) => {
      const call = request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/tlsrpt+gzip', 'content-length': body.length },
        ca: [...getCACertificates('default'), ...trusted],
        minVersion: 'TLSv1.2',
        signal: AbortSignal.timeout(postMs),
      });
      call.once('response', (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        resolve(statusCode >= 200 && statusCode < 300);
      });
      call.once('error', () => resolve(false));
      call.end(body);
    });
}
