import { askHost, isPublic } from '#platform/https/index.ts';
import { parseAddress } from '#protocols/mime/index.ts';
import { webKeyPlaces, type WebKeyPlace } from '#protocols/openpgp/index.ts';
import type { KeysPorts } from './ports.ts';

/** A person may be waiting for both places. */
const fetchMs = 4_000;
const largestKey = 200_000;

export type FetchedKey =
  | { readonly outcome: 'found'; readonly bytes: Buffer }
  | { readonly outcome: 'none' }
  | { readonly outcome: 'failed' };

/**
 * Asks the domain of an address for its key: the advanced place, and the direct one only where the host of the
 * first does not exist (draft-koch-openpgp-webkey-service §3.1). HTTPS, no redirects, never at an address of this
 * network: whoever writes an address must not make this server ask inside.
 */
export async function fetchWebKey(
  ports: Pick<KeysPorts, 'resolver' | 'webKeys'>,
  address: string,
): Promise<FetchedKey> {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.domain.startsWith('[')) return { outcome: 'none' };
  for (const place of webKeyPlaces(parsed)) {
    const found = await ports.resolver.addresses(place.host);
    if (found.kind === 'found') return askPlace(ports, place, found.records);
    if (found.kind === 'temporary') return { outcome: 'failed' };
  }
  return { outcome: 'none' };
}

async function askPlace(
  { webKeys }: Pick<KeysPorts, 'webKeys'>,
  { host, path }: WebKeyPlace,
  addresses: readonly string[],
): Promise<FetchedKey> {
  const allowed = webKeys.allowPrivate ? addresses : addresses.filter((address) => isPublic(address));
  if (allowed.length === 0) return { outcome: 'none' };
  try {
    const { statusCode, body } = await askHost({
      host,
      port: webKeys.port,
      path,
      addresses: allowed,
      headers: { accept: 'application/octet-stream' },
      trusted: webKeys.trusted,
      timeoutMs: fetchMs,
      limitBytes: largestKey,
    });
    if (statusCode === 200) return { outcome: 'found', bytes: body };
    return { outcome: statusCode === 404 || statusCode === 410 ? 'none' : 'failed' };
  } catch {
    return { outcome: 'failed' }; // no certificate, no answer, too slow, too large
  }
}
