import { a, mx, txt, type Zone } from './dns/zone.ts';
import type { LabDomain } from './servers/lab-domain.ts';

export interface Addresses {
  /** Of each mail server, by host name. */
  mailServers: ReadonlyMap<string, string>;
  policyHost: string;
}

/** The DNS zone of a domain of the lab. */
export function zoneOf(domain: LabDomain, addresses: Addresses): Zone {
  const servers = domain.servers.flatMap((server) => [
    mx(domain.name, server.host, server.preference),
    a(server.host, addresses.mailServers.get(server.host) ?? addresses.policyHost),
  ]);
  const mtaSts =
    domain.mtaSts === undefined
      ? []
      : [
          txt(`_mta-sts.${domain.name}`, 'v=STSv1; id=20260101T000000;'),
          a(`mta-sts.${domain.name}`, addresses.policyHost),
        ];
  return {
    name: domain.name,
    records: [...servers, ...mtaSts, ...(domain.proven === true ? provenBy(domain.name) : [])],
  };
}

/** What makes a message that comes from this machine the domain's own (SPF, DMARC). */
function provenBy(name: string): Zone['records'] {
  return [txt(name, 'v=spf1 ip4:127.0.0.0/8 -all'), txt(`_dmarc.${name}`, 'v=DMARC1; p=none')];
}

/**
 * Domains with no mail server of the lab: ours, whose mail comes to the product itself, and
 * some that show how DNS goes wrong, or that others write in their name.
 */
export function otherZones(ownMailServer: string): Zone[] {
  return [
    {
      name: 'lakeside.test',
      records: [
        mx('lakeside.test', 'mx.lakeside.test'),
        a('mx.lakeside.test', ownMailServer),
        txt('lakeside.test', 'v=spf1 mx -all'),
      ],
    },
    // Who writes in its name is not it: nothing ever leaves it.
    {
      name: 'strict.test',
      records: [txt('strict.test', 'v=spf1 -all'), txt('_dmarc.strict.test', 'v=DMARC1; p=reject')],
    },
    { name: 'nomail.test', records: [mx('nomail.test', '.', 0)] }, // RFC 7505: takes no mail
    { name: 'broken-dns.test', records: [], behaviour: 'fails' },
    { name: 'silent-dns.test', records: [], behaviour: 'is-silent' },
  ];
}
