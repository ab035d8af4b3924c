import type { OrganizationId } from '#contract/ids.ts';
import type { TransportView } from '#contract/deliverability.ts';
import type { DnsAnswer } from '#platform/dns/index.ts';
import { policyNamesHost } from '#protocols/mta-sts/index.ts';
import { DeliverabilityError } from './errors.ts';
import { defaultPolicy, policyRecord, policyText, reportRecord, type OwnPolicy } from './own-policy.ts';
import { findOwnPolicy } from './own-policy-store.ts';
import type { DeliverabilityPorts } from './ports.ts';

type Ports = Pick<
  DeliverabilityPorts,
  'database' | 'resolver' | 'domains' | 'protection' | 'hostname' | 'publicUrl'
>;

/** The domain as it is kept. Throws DeliverabilityError 'not-found' unless the organisation receives mail there. */
export async function ownDomain(
  { domains }: Pick<Ports, 'domains'>,
  organizationId: OrganizationId,
  name: string,
): Promise<string> {
  const served = await domains.findByName(name);
  if (served?.organizationId === organizationId && served.receives) return served.name;
  throw new DeliverabilityError('not-found', 'The organisation receives no mail under this name.');
}

/** What we tell others about a domain of ours, and what of it can be seen from outside now. Holds no transaction while it asks. */
export async function showTransport(
  ports: Ports,
  organizationId: OrganizationId,
  name: string,
  instead?: OwnPolicy,
): Promise<TransportView> {
  const domain = await ownDomain(ports, organizationId, name);
  const kept = await ports.database.inTenant(organizationId, (tx) =>
    findOwnPolicy(tx, organizationId, domain),
  );
  const policy = instead ?? kept ?? defaultPolicy;
  const mx = [ports.hostname.toLowerCase()];
  const text = policyText(policy, mx);
  const policyAt = policyRecord(domain, text);
  const reportsAt = reportRecord(domain, ports.publicUrl);
  const [policyTxt, reportTxt, servers, served] = await Promise.all([
    ports.resolver.txt(policyAt.name),
    ports.resolver.txt(reportsAt.name),
    ports.resolver.mx(domain),
    ports.protection.fetchPolicy(domain),
  ]);
  return {
    domain,
    policy: {
      ...policy,
      mx,
      text,
      url: `https://mta-sts.${domain}/.well-known/mta-sts.txt`,
      served:
        served === null
          ? 'unreachable'
          : policyText(served, served.mx) === policyText(kept ?? defaultPolicy, mx)
            ? 'right'
            : 'other',
    },
    policyRecord: { ...policyAt, found: compare(policyTxt, policyAt.value, 'v=STSv1') },
    reportRecord: { ...reportsAt, found: compare(reportTxt, reportsAt.value, 'v=TLSRPTv1') },
    mx:
      servers.kind !== 'found'
        ? 'unknown'
        : servers.records.every(({ exchange }) => policyNamesHost({ mx }, exchange))
          ? 'named'
          : 'not-named',
  };
}

/** Spaces and a last semicolon make no difference. */
const plain = (record: string): string => record.replaceAll(/[ \t]/g, '').replace(/;$/, '');

function compare(
  answer: DnsAnswer<string>,
  value: string,
  version: string,
): TransportView['policyRecord']['found'] {
  if (answer.kind === 'temporary') return 'unknown';
  if (answer.kind !== 'found') return 'missing';
  const ours = answer.records.filter((record) => record.startsWith(version));
  if (ours.length === 0) return 'missing';
  return ours.length === 1 && plain(ours[0] ?? '') === plain(value) ? 'right' : 'other';
}
