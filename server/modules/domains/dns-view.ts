import type { DkimKeyView, DomainDnsView } from '#contract/domain-dns.ts';
import { keyName } from './check-dns.ts';
import { overlapMs, type DkimKey } from './dkim-key.ts';
import type { DnsFindings } from './dkim-key-store.ts';
import type { Domain } from './domain.ts';
import { recordToPublish } from './rotate-dkim-keys.ts';

/** What an administrator has to publish for a domain, and what was seen of it. */
export function dnsViewOf(
  domain: Domain,
  keys: readonly DkimKey[],
  { mx, spf, dmarc, checkedAt }: DnsFindings,
  hostname: string,
): DomainDnsView {
  const { name } = domain;
  return {
    name,
    signs: keys.some(({ state }) => state === 'signing'),
    returnPathSigned: domain.receives && mx === 'right',
    records: [
      { purpose: 'mail', type: 'MX', name, value: `10 ${hostname}.`, finding: mx },
      { purpose: 'spf', type: 'TXT', name, value: `v=spf1 mx a:${hostname} -all`, finding: spf },
      {
        purpose: 'dmarc',
        type: 'TXT',
        name: `_dmarc.${name}`,
        value: `v=DMARC1; p=quarantine; adkim=r; aspf=r; rua=mailto:postmaster@${name}`,
        finding: dmarc,
      },
    ],
    keys: keys.toReversed().map((key) => keyViewOf(key, domain)),
    checkedAt: checkedAt?.toISOString() ?? null,
  };
}

function keyViewOf(key: DkimKey, domain: Domain): DkimKeyView {
  const { keyId, selector, algorithm, state, stateSince, finding } = key;
  return {
    keyId,
    selector,
    algorithm,
    state,
    stateSince: stateSince.toISOString(),
    keepUntil: state === 'retiring' ? new Date(stateSince.getTime() + overlapMs).toISOString() : null,
    record: {
      purpose: 'dkim',
      type: 'TXT',
      name: keyName(key, domain),
      value: recordToPublish(key),
      finding,
    },
  };
}
