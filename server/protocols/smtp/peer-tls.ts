import { checkServerIdentity, connect, createSecureContext, getCACertificates } from 'node:tls';
import type { DetailedPeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { TlsParameters } from './session.ts';
import { tlsSuites } from './tls-suites.ts';

/** What a certificate is worth for one host. */
export type CertificateVerdict =
  | 'verified' // chain to a trusted root, in its time, name matches
  | 'self-signed' // signed by itself; proves nothing
  | 'untrusted' // signed by an authority that is not trusted, or its chain is incomplete or broken
  | 'expired'
  | 'not-yet-valid'
  | 'revoked'
  | 'name-mismatch' // good, but for another name
  | 'missing'; // the server showed none

export interface PeerCertificate {
  readonly fingerprintSha256: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses of its subjectAltName. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** The chain as the server sent it and as it was completed, leaf first, DER. */
  readonly chain: readonly Buffer[];
}

/** The TLS of a connection that we opened, with our own judgement of the other side. */
export interface PeerTls extends TlsParameters {
  readonly verdict: CertificateVerdict;
  /** Everything that is wrong, worst first; empty when verified. */
  readonly problems: readonly CertificateVerdict[];
  /** The verdict in plain words. */
  readonly because: string;
  /** The name that the certificate was checked for. */
  readonly name: string;
  readonly certificate: PeerCertificate | null;
}

export interface HandshakeOptions {
  /** The host name: goes into SNI and is looked for in the certificate. */
  readonly name: string;
  /** Certificates of authorities (PEM) trusted beside the public ones. */
  readonly trusted: readonly string[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

const contexts = new Map<string, SecureContext>();

/** One context for each set of trust: loading the roots costs milliseconds. Contexts hold no sessions, so none is ever resumed. */
function contextFor({ trusted, minVersion }: HandshakeOptions): SecureContext {
  const key = [minVersion, ...trusted].join('\n');
  let context = contexts.get(key);
  if (context === undefined) {
    if (contexts.size >= 16) contexts.clear();
    const ca = trusted.length === 0 ? {} : { ca: [...getCACertificates('default'), ...trusted] };
    context = createSecureContext({ minVersion, ciphers: tlsSuites, ...ca });
    contexts.set(key, context);
  }
  return context;
}

/** Starts the handshake on an open socket. Nothing is refused here: the peer is judged afterwards, by `judgePeer`. */
export function startHandshake(socket: Socket, options: HandshakeOptions): TLSSocket {
  return connect({
    socket,
    secureContext: contextFor(options),
    ...(isIP(options.name) === 0 ? { servername: options.name } : {}),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

/**
 * Judges the peer after the handshake, by ourselves: Node asks for the name only when the chain is good, and takes a
 * resumed session for proof of both.
 */
export function judgePeer(socket: TLSSocket, name: string): PeerTls {
  const detailed = socket.getPeerCertificate(true);
  const certificate = Object.keys(detailed).length === 0 ? null : describeCertificate(detailed);
  const problems =
    certificate === null ? (['missing'] as const) : findProblems(socket, name, detailed, certificate);
  const verdict = problems[0] ?? 'verified';
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    verdict,
    problems,
    because: words[verdict](name, certificate),
    name,
    certificate,
  };
}

function findProblems(
  socket: TLSSocket,
  name: string,
  detailed: DetailedPeerCertificate,
  { names, validFrom, validTo }: PeerCertificate,
): CertificateVerdict[] {
  const found = new Set<CertificateVerdict>();
  if (!socket.authorized) found.add(chainProblems[String(socket.authorizationError)] ?? 'untrusted');
  if (socket.isSessionReused()) found.add('untrusted'); // RFC 8446 §2.2: no certificate is shown; never trusted here
  const now = Date.now(); // the certificate's time is the world's, not the product's
  if (validTo.getTime() < now) found.add('expired');
  if (validFrom.getTime() > now) found.add('not-yet-valid');
  // RFC 8461 §4.1: the name stands in the subjectAltName; a common name is no name
  if (names.length === 0 || checkServerIdentity(name, detailed) !== undefined) found.add('name-mismatch');
  return [...found];
}

const chainProblems: Readonly<Record<string, CertificateVerdict>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  CERT_REVOKED: 'revoked',
};

const day = (date: Date | undefined): string => date?.toISOString().slice(0, 10) ?? 'an unknown day';

const words: Readonly<
  Record<CertificateVerdict, (name: string, certificate: PeerCertificate | null) => string>
> = {
  verified: (name) => `The certificate is valid for ${name} and comes from a trusted authority.`,
  'self-signed': (name) => `The certificate of ${name} is signed by itself, so anybody could have made it.`,
  untrusted: (name) => `The certificate of ${name} does not lead to a trusted authority.`,
  expired: (name, certificate) => `The certificate of ${name} expired on ${day(certificate?.validTo)}.`,
  'not-yet-valid': (name, certificate) =>
    `The certificate of ${name} is valid only from ${day(certificate?.validFrom)} on.`,
  revoked: (name) => `The certificate of ${name} was revoked by its authority.`,
  'name-mismatch': (name, certificate) =>
    `The certificate is not for ${name} but for ${certificate?.names.slice(0, 3).join(', ') || 'no name'}.`,
  missing: (name) => `${name} showed no certificate.`,
};

function describeCertificate(detailed: DetailedPeerCertificate): PeerCertificate {
  const chain: Buffer[] = [];
  let next: DetailedPeerCertificate | undefined = detailed;
  while (
    next?.raw !== undefined &&
    chain.length < 16 &&
    !chain.some((seen) => seen.equals(next?.raw ?? Buffer.alloc(0)))
  ) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  const altNames = detailed.subjectaltname?.split(', ') ?? [];
  return {
    fingerprintSha256: detailed.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: nameOf(detailed.subject),
    issuer: nameOf(detailed.issuer),
    names: altNames.flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []),
    validFrom: new Date(detailed.valid_from),
    validTo: new Date(detailed.valid_to),
    chain,
  };
}

function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? '');
}
