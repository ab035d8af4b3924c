import { createHash } from 'node:crypto';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import { findMailHosts, type MailHostPorts } from './find-mail-hosts.ts';
import type { MailRoute, RouteHost } from './mail-route.ts';
import type { StsPolicies } from './sts-policies.ts';

/** Where mail for a domain goes now. Servers that an MTA-STS policy in force does not name are left out. */
export async function findRoute(
  domain: string,
  ports: MailHostPorts & { readonly stsPolicies: StsPolicies },
): Promise<MailRoute> {
  const found = await findMailHosts(ports, domain);
  switch (found.kind) {
    case 'no-such-domain':
      return { permanent: 'There is no such domain.' };
    case 'takes-no-mail':
      return { permanent: 'This domain takes no email.' };
    case 'dns-failed':
      return { temporary: 'It could not be found out which mail server is theirs.' };
    case 'hosts':
      break;
  }
  // RFC 7672 §2.1.3: a server whose records cannot be had is passed over; the next may be used.
  const usable = found.hosts.filter(({ dane }) => dane?.tlsa.kind !== 'failed');
  if (usable.length === 0)
    return {
      temporary: 'The signed DNS records of their mail server are wrong or cannot be had.',
      forbidden: true,
    };
  const known = await ports.stsPolicies.policyOf(domain);
  if (known?.policy.mode !== 'enforce') {
    return {
      hosts: usable,
      destinationKey: destinationKeyOf(usable),
      mxProof: found.secure ? 'dnssec' : 'none',
    };
  }
  const hosts = usable.filter(({ host }) => policyNamesHost(known.policy, host));
  if (hosts.length === 0)
    // RFC 8461 §5
    return {
      temporary: 'Their own published policy does not name the mail server that was found.',
      forbidden: true,
    };
  return {
    hosts,
    destinationKey: destinationKeyOf(hosts),
    mxProof: 'mta-sts',
    mtaSts: { mode: 'enforce', id: known.id },
  };
}

function destinationKeyOf(hosts: readonly RouteHost[]): string {
  const names = hosts.map(({ host }) => host).toSorted();
  return createHash('sha256').update(names.join('\n')).digest('base64url').slice(0, 22);
}
