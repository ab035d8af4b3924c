import type { HostEvidence, TlsEvidence } from '#contract/protection.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Resolver } from '#platform/dns/index.ts';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import { weakest } from './connection-proof.ts';
import { findMailHosts } from './find-mail-hosts.ts';
import type { RouteHost } from './mail-route.ts';
import type { KnownPolicy, StsPolicies } from './sts-policies.ts';

export interface EvidencePorts {
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly stsPolicies: StsPolicies;
  probe(host: RouteHost, signal: AbortSignal): Promise<HostEvidence>;
}

/** Asks the DNS, the policy host and the mail servers of a domain. Never rejects for what they answer; `signal` ends the asking of servers. */
export async function gatherEvidence(
  domain: string,
  ports: EvidencePorts,
  signal: AbortSignal,
): Promise<TlsEvidence> {
  const found = await findMailHosts(ports.resolver, domain);
  const nothing = nothingSeen(domain, ports.clock.now());
  if (found.kind !== 'hosts') return { ...nothing, problem: found.kind };

  const known = await ports.stsPolicies.policyOf(domain);
  const enforced = known?.policy.mode === 'enforce' ? known.policy : null;
  const hosts = await Promise.all(
    found.hosts.map(async (host) =>
      enforced === null || policyNamesHost(enforced, host.host)
        ? ports.probe(host, signal)
        : notInPolicy(host),
    ),
  );
  const used = hostsThatWouldBeUsed(hosts);
  return {
    ...nothing,
    mxProof: enforced !== null ? 'mta-sts' : found.secure ? 'dnssec' : 'none',
    connection: used.length === 0 ? 'none' : weakest(used.map((host) => host.connection)),
    hosts,
    mtaSts: describePolicy(known),
    problem:
      used.length > 0
        ? null
        : hosts.every((host) => host.outcome === 'not-in-policy')
          ? 'not-in-policy'
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
function hostsThatWouldBeUsed(hosts: readonly HostEvidence[]): HostEvidence[] {
  const answering = hosts.filter((host) => host.outcome === 'answered' || host.outcome === 'tls-failed');
  const best = Math.min(...answering.map((host) => host.preference));
  return answering.filter((host) => host.preference === best);
}

function notInPolicy(host: RouteHost): HostEvidence {
  return {
    host: host.host,
    preference: host.preference,
    outcome: 'not-in-policy',
    connection: 'none',
    tls: null,
    certificate: null,
    because: `The domain's own policy does not name ${host.host} as its mail server.`,
  };
}

function describePolicy(known: KnownPolicy | null): TlsEvidence['mtaSts'] {
  return known === null ? null : { mode: known.policy.mode, id: known.id };
}
