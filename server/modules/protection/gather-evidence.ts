import type { HostEvidence, MxProof, TlsEvidence } from '#contract/protection.ts';
import type { Clock } from '#platform/clock/clock.ts';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import { weakest } from './connection-proof.ts';
import { findMailHosts, type MailHostPorts } from './find-mail-hosts.ts';
import type { RouteHost } from './mail-route.ts';
import type { KnownPolicy, StsPolicies } from './sts-policies.ts';

export interface EvidencePorts extends MailHostPorts {
  readonly clock: Clock;
  readonly stsPolicies: StsPolicies;
  probe(host: RouteHost, signal: AbortSignal): Promise<HostEvidence>;
}

/** Asks the DNS, the policy host and the mail servers of a domain. Never rejects for what they answer; `signal` ends the asking of servers. */
export async function gatherEvidence(
  domain: string,
  ports: EvidencePorts,
  signal: AbortSignal,
): Promise<TlsEvidence> {
  const found = await findMailHosts(ports, domain);
  const daneOff = await ports.dane.doubt();
  const nothing = {
    ...nothingSeen(domain, ports.clock.now()),
    ...(daneOff === null ? {} : { daneOff }),
  };
  if (found.kind !== 'hosts') return { ...nothing, problem: found.kind };

  const known = await ports.stsPolicies.policyOf(domain);
  const enforced = known?.policy.mode === 'enforce' ? known.policy : null;
  const hosts = await Promise.all(
    found.hosts.map(async (host) =>
      host.dane?.tlsa.kind === 'failed'
        ? dnssecFailed(host)
        : enforced === null || policyNamesHost(enforced, host.host)
          ? ports.probe(host, signal)
          : notInPolicy(host),
    ),
  );
  const used = hostsThatWouldBeUsed(hosts);
  return {
    ...nothing,
    mxProof: mxProofOf(used, enforced !== null, found.secure),
    connection: used.length === 0 ? 'none' : weakest(used.map((host) => host.connection)),
    hosts,
    mtaSts: describePolicy(known),
    problem:
      used.length > 0
        ? null
        : hosts.every(isForbidden)
          ? hosts.some((host) => host.outcome === 'dnssec-failed')
            ? 'dnssec-failed'
            : 'not-in-policy'
          : 'no-answer',
  };
}

/** Evidence of a domain of which nothing was seen yet. */
export function nothingSeen(domain: string, at: Date): TlsEvidence {
  return {
    domain,
    checkedAt: at.toISOString(),
    mxProof: 'none',
    connection: 'none',
    hosts: [],
    mtaSts: null,
    problem: null,
    seenBefore: null,
  };
}

/** Those of the best rank at which anybody answers: RFC 5321 §5.1 asks for the lowest preference first. */
export function hostsThatWouldBeUsed(hosts: readonly HostEvidence[]): HostEvidence[] {
  const answering = hosts.filter((host) => host.outcome === 'answered' || host.outcome === 'tls-failed');
  const best = Math.min(...answering.map((host) => host.preference));
  return answering.filter((host) => host.preference === best);
}

const isForbidden = ({ outcome }: HostEvidence): boolean =>
  outcome === 'not-in-policy' || outcome === 'dnssec-failed';

/** Signed DNS counts before a policy where it proves the servers themselves (RFC 8461 §2). */
function mxProofOf(used: readonly HostEvidence[], enforced: boolean, secure: boolean): MxProof {
  if (secure && used.length > 0 && used.every(({ dane }) => dane === 'proven')) return 'dnssec';
  if (enforced) return 'mta-sts';
  return secure ? 'dnssec' : 'none';
}

function notInPolicy(host: RouteHost): HostEvidence {
  const because = `The domain's own policy does not name ${host.host} as its mail server.`;
  return notAsked(host, 'not-in-policy', because);
}

function dnssecFailed(host: RouteHost): HostEvidence {
  const because = `The signed DNS records that prove ${host.host} are wrong or cannot be had.`;
  return notAsked(host, 'dnssec-failed', because);
}

function notAsked(
  { host, preference }: RouteHost,
  outcome: 'not-in-policy' | 'dnssec-failed',
  because: string,
): HostEvidence {
  return { host, preference, outcome, connection: 'none', tls: null, certificate: null, because };
}

function describePolicy(known: KnownPolicy | null): TlsEvidence['mtaSts'] {
  return known === null ? null : { mode: known.policy.mode, id: known.id };
}
