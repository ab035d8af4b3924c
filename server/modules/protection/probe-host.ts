import type { CertificateEvidence, HostEvidence } from '#contract/protection.ts';
import { matchPeer } from '#protocols/dane/index.ts';
import { openSmtpConnection, type PeerTls, type SmtpFailure } from '#protocols/smtp/index.ts';
import type { RouteHost } from './mail-route.ts';

export interface ProbeOptions {
  readonly port: number;
  /** Our name in EHLO. */
  readonly localName: string;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  readonly signal: AbortSignal;
}

const timeouts = { connect: 5_000, handshake: 5_000, greeting: 8_000, command: 8_000 };

/** Asks a mail server how well it can be talked to: EHLO, STARTTLS, the handshake, QUIT. No message is offered. */
export async function probeHost(host: RouteHost, options: ProbeOptions): Promise<HostEvidence> {
  let evidence: HostEvidence = failed(host, 'unreachable', 'It has no address.');
  for (const address of host.addresses.slice(0, 2)) {
    const opened = await openSmtpConnection({
      host: host.tlsName ?? host.host,
      address,
      port: options.port,
      localName: options.localName,
      tls: { use: 'if-offered', trusted: options.trusted },
      timeouts,
      signal: options.signal,
    });
    if (opened.ok) {
      void opened.connection.quit(); // politeness: nobody waits for the answer
      return hostEvidence(host, opened.connection.tls);
    }
    evidence = failureEvidence(host, opened.failure);
    if (evidence.outcome !== 'unreachable') break;
  }
  return evidence;
}

/** What a connection that came about proves. `null`: it is not encrypted. */
export function hostEvidence(
  host: Pick<RouteHost, 'host' | 'preference' | 'dane'>,
  tls: PeerTls | null,
): HostEvidence {
  const dane = daneEvidence(host, tls);
  const byAuthority = tls !== null && tls.verdict === 'verified' && tls.name === host.host;
  return {
    host: host.host,
    preference: host.preference,
    outcome: 'answered',
    connection:
      tls === null
        ? 'none'
        : dane === 'proven' || (byAuthority && dane !== 'mismatch')
          ? 'authenticated'
          : 'encrypted',
    tls: tls === null ? null : { version: tls.version, cipher: tls.cipher },
    certificate: tls === null ? null : certificateEvidence(tls),
    ...(dane === undefined ? {} : { dane }),
    because: wordsFor(host.host, tls, dane),
  };
}

/** RFC 7672 §2.2: usable records that match, or nothing; certificates of authorities do not make up for it. */
function daneEvidence({ dane }: Pick<RouteHost, 'dane'>, tls: PeerTls | null): HostEvidence['dane'] {
  if (dane?.tlsa.kind !== 'records' || tls === null) return undefined;
  const { usable } = dane.tlsa;
  if (usable.length === 0) return 'unusable';
  const now = new Date(); // certificates are judged by the world's time, not the product's
  const verdict = matchPeer(usable, tls.certificate?.chain ?? [], dane.names, now);
  return verdict.proven ? 'proven' : 'mismatch';
}

function wordsFor(host: string, tls: PeerTls | null, dane: HostEvidence['dane']): string {
  if (tls === null) return `${host} does not offer encryption.`;
  if (dane === 'proven') return `The certificate of ${host} is the one that its signed DNS records name.`;
  if (dane === 'mismatch')
    return `The certificate of ${host} is not the one that its signed DNS records name.`;
  return tls.because;
}

function certificateEvidence({ certificate, verdict }: PeerTls): CertificateEvidence | null {
  if (certificate === null) return null;
  return {
    verdict,
    fingerprint: certificate.fingerprintSha256,
    issuer: certificate.issuer,
    validFrom: certificate.validFrom.toISOString(),
    validTo: certificate.validTo.toISOString(),
  };
}

function failureEvidence(host: RouteHost, failure: SmtpFailure): HostEvidence {
  if (failure.code === 'tls-version')
    return failed(host, 'tls-failed', `${host.host} offers only outdated encryption, older than TLS 1.2.`);
  if (failure.phase === 'starttls' || failure.phase === 'handshake') {
    return failed(host, 'tls-failed', `${host.host} offers encryption, but it does not come about.`);
  }
  if (failure.code === 'refused' || failure.code === 'protocol')
    return failed(host, 'refused', `${host.host} would not talk with this server.`);
  return failed(host, 'unreachable', `${host.host} did not answer.`);
}

function failed(host: RouteHost, outcome: HostEvidence['outcome'], because: string): HostEvidence {
  return {
    host: host.host,
    preference: host.preference,
    outcome,
    connection: 'none',
    tls: null,
    certificate: null,
    because,
  };
}
