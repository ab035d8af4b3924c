import type { OrganizationId } from '#contract/ids.ts';
import { formatTlsaRecord, matchPeer } from '#protocols/dane/index.ts';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import type { PeerTls, SmtpFailure } from '#protocols/smtp/index.ts';
import type { PolicyType, ResultType } from '#protocols/tls-rpt/index.ts';
import type { RouteHost } from './mail-route.ts';
import type { StsProblem } from './fetch-sts-policy.ts';
import type { KnownPolicy } from './sts-policies.ts';

/** One attempt at a connection of a sending conversation. */
export interface SessionSeen {
  readonly organizationId: OrganizationId;
  /** Our domain that is sent from. */
  readonly submitter: string;
  /** Of the recipients. */
  readonly domain: string;
  readonly host: string;
  readonly address: string;
  /** What was found after the handshake; null without encryption. */
  readonly tls: PeerTls | null;
  /** Why there is no connection; absent where there is one. */
  readonly failure?: SmtpFailure;
}

/** A session as it is counted for a report (RFC 8460 §4). */
export interface TlsSession {
  readonly organizationId: OrganizationId;
  readonly submitter: string;
  readonly domain: string;
  readonly policyType: PolicyType;
  readonly policy: readonly string[];
  readonly mxHosts: readonly string[];
  /** Null: succeeded. */
  readonly result: ResultType | null;
  readonly receivingMx: string;
  readonly receivingIp: string;
}

/** What was known of the domain when a session was tried. */
export interface SessionPolicies {
  /** As the DNS describes the server; absent when it does not any more. */
  readonly server: Pick<RouteHost, 'dane'> | undefined;
  readonly known: KnownPolicy | null;
  /** Why no policy is known though the domain publishes one. */
  readonly stsProblem: StsProblem | null;
}

/** What the session is for a report; null when it failed for reasons that are none of TLS. */
export function describeSession(
  { organizationId, submitter, domain, host, address, tls, failure }: SessionSeen,
  { server, known, stsProblem }: SessionPolicies,
): TlsSession | null {
  if (failure !== undefined && !isAboutTls(failure)) return null;
  const dane = server?.dane?.tlsa.kind === 'records' ? server.dane : undefined;
  const common = { organizationId, submitter, domain, receivingMx: host, receivingIp: address };
  const encrypted = failure === undefined ? tls : null;
  const unencrypted: ResultType =
    failure === undefined || failure.code === 'tls-not-offered'
      ? 'starttls-not-supported'
      : 'validation-failure';
  if (dane?.tlsa.kind === 'records') {
    const { usable, published, base } = dane.tlsa;
    const result =
      usable.length === 0
        ? 'tlsa-invalid'
        : encrypted === null
          ? unencrypted
          : daneResult(matchPeer(usable, encrypted.certificate?.chain ?? [], dane.names, new Date()));
    const policy = published.map((record) => `${base}. TLSA ${formatTlsaRecord(record)}`);
    return { ...common, policyType: 'tlsa', policy, mxHosts: [], result };
  }
  if (known !== null && known.policy.mode !== 'none') {
    const result =
      encrypted === null
        ? unencrypted
        : policyNamesHost(known.policy, host)
          ? certificateResults[encrypted.verdict]
          : 'validation-failure';
    return { ...common, ...stsPolicyOf(known), result };
  }
  // §4.3.2.2: what the session itself was comes first; nobody would look for it under a policy that was not had.
  if (stsProblem !== null && encrypted !== null)
    return { ...common, policyType: 'sts', policy: [], mxHosts: [], result: stsProblem };
  const result = encrypted === null ? unencrypted : null;
  return { ...common, policyType: 'no-policy-found', policy: [], mxHosts: [], result };
}

function stsPolicyOf({ policy: { mode, mx, maxAge } }: KnownPolicy) {
  const policy = ['version: STSv1', `mode: ${mode}`, ...mx.map((one) => `mx: ${one}`), `max_age: ${maxAge}`];
  return { policyType: 'sts', policy, mxHosts: mx } as const;
}

/**
 * The session that was not begun since nothing may be sent to any of the servers: as if with the best of them.
 * Null when one of them may be used.
 */
export function describeForbidden(
  { organizationId, submitter, domain }: Pick<SessionSeen, 'organizationId' | 'submitter' | 'domain'>,
  hosts: readonly RouteHost[],
  known: KnownPolicy | null,
): TlsSession | null {
  const inForce = known?.policy.mode === 'enforce' ? known : null;
  const isBogus = ({ dane }: RouteHost) => dane?.tlsa.kind === 'failed';
  const mayBeUsed = (server: RouteHost) =>
    !isBogus(server) && (inForce === null || policyNamesHost(inForce.policy, server.host));
  const [best] = hosts.toSorted((a, b) => a.preference - b.preference);
  if (best === undefined || hosts.some(mayBeUsed)) return null;
  const { host, addresses } = best;
  const common = { organizationId, submitter, domain, receivingMx: host, receivingIp: addresses[0] ?? '' };
  return isBogus(best) || inForce === null
    ? { ...common, policyType: 'tlsa', policy: [], mxHosts: [], result: 'dnssec-invalid' }
    : { ...common, ...stsPolicyOf(inForce), result: 'validation-failure' };
}

const isAboutTls = ({ code, phase }: SmtpFailure): boolean =>
  code === 'tls-not-offered' ||
  code === 'tls-version' ||
  code === 'tls-failed' ||
  code === 'tls-unproven' ||
  phase === 'starttls';

function daneResult(verdict: ReturnType<typeof matchPeer>): ResultType | null {
  if (verdict.proven) return null;
  switch (verdict.because) {
    case 'not-in-time':
      return 'certificate-expired';
    case 'name-mismatch':
      return 'certificate-host-mismatch';
    case 'no-match':
    case 'no-certificate':
    case 'broken-chain':
      return 'validation-failure';
  }
}

const certificateResults = {
  verified: null,
  'self-signed': 'certificate-not-trusted',
  untrusted: 'certificate-not-trusted',
  revoked: 'certificate-not-trusted',
  missing: 'certificate-not-trusted',
  expired: 'certificate-expired',
  'not-yet-valid': 'validation-failure',
  'name-mismatch': 'certificate-host-mismatch',
} as const satisfies Record<PeerTls['verdict'], ResultType | null>;
