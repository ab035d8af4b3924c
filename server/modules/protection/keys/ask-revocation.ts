import type { X509Certificate } from 'node:crypto';
import { askHost, isPublic } from '#platform/https/index.ts';
import { createTimedCache } from '#platform/cache/timed-cache.ts';
import { readCertificate, type Certificate } from '#protocols/cms/index.ts';
import {
  findIssuer,
  readPointers,
  statusByCrl,
  statusByOcsp,
  unknown,
  writeOcspRequest,
  type RevocationStatus,
} from '#protocols/revocation/index.ts';
import type { KeysPorts } from './ports.ts';

export type AskedStatus = RevocationStatus | { readonly status: 'nowhere-to-ask' };
export type AskRevocation = (certificate: X509Certificate) => Promise<AskedStatus>;

const askMs = 8_000;
const limits = { crl: 4 * 1024 * 1024, ocsp: 64 * 1024, issuer: 128 * 1024 };
const keptMs = 3_600_000;
const keptFiles = 16;

/**
 * Asks the issuer of a certificate, where the certificate says, whether it is revoked. The list first: it tells nobody
 * whose certificate is looked for, as OCSP does. Public hosts only, no redirects; over HTTP as well, since what
 * comes is signed by the issuer and no secret. Never throws for what others answer.
 */
export function createAskRevocation(ports: Pick<KeysPorts, 'resolver' | 'webKeys' | 'clock'>): AskRevocation {
  const files = createTimedCache<string, Buffer>(keptFiles);
  const kept = async (url: string, limitBytes: number) => {
    const at = ports.clock.now().getTime();
    const found = files.get(url, at) ?? (await fetchFile(ports, url, { limitBytes }));
    if (found !== null) files.set(url, found, at + keptMs);
    return found;
  };

  async function issuerOf(certificate: Certificate, urls: readonly string[]): Promise<Certificate | null> {
    for (const url of urls) {
      const file = await kept(url, limits.issuer);
      const issuer = file === null ? null : findIssuer(certificate, file, ports.clock.now());
      if (issuer !== null) return issuer;
    }
    return null;
  }

  return async (x509) => {
    const certificate = readCertificate(x509.raw);
    const pointers = readPointers(x509);
    if (certificate === null || pointers.crl.length + pointers.ocsp.length === 0)
      return { status: 'nowhere-to-ask' };
    const issuer = await issuerOf(certificate, pointers.issuer);
    if (issuer === null) return unknown;
    const now = ports.clock.now();
    for (const url of pointers.crl) {
      const crl = await kept(url, limits.crl);
      const said = crl === null ? unknown : await statusByCrl(crl, certificate, issuer, now);
      if (said.status !== 'unknown') return said;
      files.delete(url); // run out, or another's: the next time it is fetched anew
    }
    for (const url of pointers.ocsp) {
      const body = writeOcspRequest(certificate, issuer);
      const answer = await fetchFile(ports, url, { limitBytes: limits.ocsp, body });
      const said = answer === null ? unknown : await statusByOcsp(answer, certificate, issuer, now);
      if (said.status !== 'unknown') return said;
    }
    return unknown;
  };
}

async function fetchFile(
  { resolver, webKeys }: Pick<KeysPorts, 'resolver' | 'webKeys'>,
  url: string,
  { limitBytes, body }: { readonly limitBytes: number; readonly body?: Buffer },
): Promise<Buffer | null> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  // A certificate must not make this server knock at other doors of others.
  if (port !== '' && !webKeys.allowPrivate) return null;
  const found = await resolver.addresses(hostname).catch(() => null); // a name: numbers have no records
  if (found?.kind !== 'found') return null;
  const addresses = found.records.filter((address) => webKeys.allowPrivate || isPublic(address));
  if (addresses.length === 0) return null;
  try {
    const answer = await askHost({
      scheme,
      host: hostname,
      port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
      path: `${pathname}${search}`,
      addresses,
      headers: body === undefined ? {} : { 'content-type': 'application/ocsp-request' },
      ...(body === undefined ? {} : { body }),
      trusted: webKeys.trusted,
      timeoutMs: askMs,
      limitBytes,
    });
    return answer.statusCode === 200 ? answer.body : null;
  } catch {
    return null; // no answer, too slow, too large
  }
}
