import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { nameMatches } from './match-name.ts';
import type { UsableRecord } from './tlsa-record.ts';

/** What records say of the certificates that a server showed. */
export type DaneVerdict =
  | { readonly proven: true; readonly by: UsableRecord }
  | { readonly proven: false; readonly because: DaneFailure };

export type DaneFailure =
  | 'no-certificate'
  | 'no-match' // no record names a certificate of the chain
  | 'name-mismatch' // an authority of theirs signed it, for another name
  | 'not-in-time' // an authority of theirs signed it, and a certificate of the chain has run out or is not valid yet
  | 'broken-chain'; // a certificate that cannot be read

/** More are not looked at. */
const longestChain = 12;

/**
 * Matches the chain of a server (DER, leaf first) with the usable records of its base domain. Any one record that
 * matches is enough (RFC 6698 §2.1). `names` are the reference identifiers (RFC 7672 §3.2); `now` is the world's time.
 */
export function matchPeer(
  records: readonly UsableRecord[],
  chain: readonly Buffer[],
  names: readonly string[],
  now: Date,
): DaneVerdict {
  const certificates = readChain(chain);
  if (certificates === null) return { proven: false, because: 'broken-chain' };
  const [leaf] = certificates;
  if (leaf === undefined) return { proven: false, because: 'no-certificate' };
  for (const record of records) {
    // RFC 7672 §3.1.1: neither names nor dates of the certificate count
    if (record.usage === 'dane-ee' && matches(record, leaf)) return { proven: true, by: record };
  }
  let because: DaneFailure = 'no-match';
  for (const record of records) {
    if (record.usage !== 'dane-ta') continue;
    const path = pathToAnchor(record, certificates);
    if (path === null) continue;
    const failure = problemOf(path, leaf, names, now);
    if (failure === null) return { proven: true, by: record };
    because = failure;
  }
  return { proven: false, because };
}

function readChain(chain: readonly Buffer[]): X509Certificate[] | null {
  try {
    return chain.slice(0, longestChain).map((der) => new X509Certificate(der));
  } catch {
    return null;
  }
}

const keyOf = (certificate: X509Certificate): Buffer =>
  certificate.publicKey.export({ type: 'spki', format: 'der' });

function matches({ selector, matching, data }: UsableRecord, certificate: X509Certificate): boolean {
  const selected = selector === 'certificate' ? certificate.raw : keyOf(certificate);
  if (matching === 'full') return selected.equals(data);
  return createHash(matching === 'sha-256' ? 'sha256' : 'sha512')
    .update(selected)
    .digest()
    .equals(data);
}

/** The certificates from the leaf up to the anchor, each signed by the next; null when there is no way. */
function pathToAnchor(
  record: UsableRecord,
  [leaf, ...others]: readonly X509Certificate[],
): X509Certificate[] | null {
  if (leaf === undefined) return null;
  const path = [leaf];
  for (let at = leaf; ;) {
    if (matches(record, at)) return path; // a leaf may be its own anchor; its name is checked all the same
    const anchor = anchorOf(record);
    if (anchor !== null && signedBy(at, anchor.key, anchor.certificate)) return path;
    const issuer = others.find(
      (candidate) =>
        !path.includes(candidate) && candidate.ca && signedBy(at, candidate.publicKey, candidate),
    );
    if (issuer === undefined) return null;
    path.push(issuer);
    at = issuer;
  }
}

/** A whole certificate or key in the record is an anchor that the server need not send (RFC 7671 §5.2.2, §5.2.3). */
function anchorOf(record: UsableRecord): { key: KeyObject; certificate: X509Certificate | null } | null {
  if (record.matching !== 'full') return null;
  try {
    if (record.selector === 'key')
      return { key: createPublicKey({ key: record.data, format: 'der', type: 'spki' }), certificate: null };
    const certificate = new X509Certificate(record.data);
    return { key: certificate.publicKey, certificate };
  } catch {
    return null;
  }
}

function signedBy(subject: X509Certificate, key: KeyObject, issuer: X509Certificate | null): boolean {
  try {
    return (issuer === null || subject.checkIssued(issuer)) && subject.verify(key);
  } catch {
    return false;
  }
}

function problemOf(
  path: readonly X509Certificate[],
  leaf: X509Certificate,
  names: readonly string[],
  now: Date,
): DaneFailure | null {
  const timely = path.every(({ validFromDate, validToDate }) => validFromDate <= now && now <= validToDate);
  if (!timely) return 'not-in-time';
  return nameMatches(leaf, names) ? null : 'name-mismatch';
}
