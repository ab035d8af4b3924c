import type { FastifyRequest } from 'fastify';
import { HttpError } from './http-error.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a request by cookie that changes something and was started by another site. Browsers say
 * who started it by Sec-Fetch-Site, older ones by Origin; programs send neither and carry no cookie.
 */
export function refuseCrossSite(request: FastifyRequest, publicOrigin: string): void {
  if (harmless.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const ownOrigin =
    origin === undefined || origin === publicOrigin || origin === `${request.protocol}://${request.host}`;
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  if (ownOrigin && ownSite) return;
  throw new HttpError(
    'cross-site-request',
    'Requests that change something are taken from our own pages only. Open carepost itself and try there.',
  );
}
