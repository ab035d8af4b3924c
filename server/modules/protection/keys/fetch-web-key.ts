import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
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
  const agent = new Agent({ maxCachedSessions: 0 });
  try {
    const response = await ask({
      host,
      port: webKeys.port,
      path,
      servername: host,
      headers: { host, accept: 'application/octet-stream' },
      agent,
      ca: [...getCACertificates('default'), ...webKeys.trusted],
      minVersion: 'TLSv1.2',
      lookup: lookupOf(allowed),
      signal: AbortSignal.timeout(fetchMs),
    });
    const { statusCode = 0 } = response;
    if (statusCode !== 200) {
      response.destroy();
      return { outcome: statusCode === 404 || statusCode === 410 ? 'none' : 'failed' };
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestKey) throw new Error('too large for a key');
      chunks.push(chunk);
    }
    return { outcome: 'found', bytes: Buffer.concat(chunks) };
  } catch {
    return { outcome: 'failed' }; // no certificate, no answer, too slow, too large
  } finally {
    agent.destroy();
  }
}

function ask(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(options).once('response', resolve).once('error', reject).end();
  });
}

/** The lookup gives what was checked: a second answer of the DNS could be another. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const [first] = found;
  return (_name, options, callback) => {
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

const special = new BlockList();
// RFC 6890 and its registry: this host, private, shared, link-local, documentation, benchmarks, multicast, reserved.
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(net, bits, 'ipv4');
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
// Addresses that carry another one within, and documentation.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  special.addSubnet(net, bits, 'ipv6');

/** Whether an address is of the public internet. */
export function isPublic(address: string): boolean {
  if (!isIPv6(address)) return !special.check(address, 'ipv4');
  return publicV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
