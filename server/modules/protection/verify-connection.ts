import { isAtLeast, type HostEvidence, type Protection } from '#contract/protection.ts';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import type { PeerTls } from '#protocols/smtp/index.ts';
import { hostEvidence } from './probe-host.ts';
import type { RouteHost } from './mail-route.ts';
import type { KnownPolicy } from './sts-policies.ts';

/** Whether a connection keeps the promise that was made for a message. */
export type ConnectionVerdict =
  | { readonly ok: true; readonly evidence: HostEvidence }
  | { readonly ok: false; readonly because: string; readonly evidence: HostEvidence };

/**
 * Judges a connection in the sending conversation. `tls` is what was found after its handshake, or null
 * without encryption; `known` is the domain's MTA-STS policy as it stands now. Not for the protections
 * that need no connection: they are never enough here.
 */
export function judgeConnection(
  required: Protection,
  server: Pick<RouteHost, 'host' | 'dane'>,
  tls: PeerTls | null,
  known: KnownPolicy | null,
): ConnectionVerdict {
  const { host } = server;
  const evidence = hostEvidence({ ...server, preference: 0 }, tls);
  if (server.dane?.tlsa.kind === 'failed') {
    const because = `The signed DNS records that prove ${host} are wrong or cannot be had.`;
    return { ok: false, because, evidence };
  }
  if (evidence.dane === 'mismatch') return { ok: false, because: evidence.because, evidence };
  const enforced = known?.policy.mode === 'enforce' ? known.policy : null;
  if (enforced !== null && !policyNamesHost(enforced, host)) {
    return {
      ok: false,
      because: `The domain's own policy does not name ${host} as its mail server.`,
      evidence,
    };
  }
  const level = levelOf(evidence, enforced !== null);
  if (level !== 'cleartext' && isAtLeast(level, required)) return { ok: true, evidence };
  const proven =
    required === 'tls-dane' && level !== 'cleartext'
      ? `No signed DNS record proves ${host} any more.`
      : level === 'tls-verified'
        ? `No policy in force names ${host} as their mail server any more.`
        : evidence.because;
  return { ok: false, because: proven, evidence };
}

function levelOf(evidence: HostEvidence, named: boolean): Protection {
  switch (evidence.connection) {
    case 'authenticated':
      if (evidence.dane === 'proven') return 'tls-dane';
      return named ? 'tls-sts' : 'tls-verified';
    case 'encrypted':
      return 'tls-opportunistic';
    case 'none':
      return 'cleartext';
  }
}
