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
  return { name: domain.name, records: [...servers, ...mtaSts] };
}

/**
 * Domains with no mail server of the lab: ours, whose mail comes to the product itself, and
 * three that show how DNS goes wrong.
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
    { name: 'nomail.test', records: [mx('nomail.test', '.', 0)] }, // RFC 7505: takes no mail
    { name: 'broken-dns.test', records: [], behaviour: 'fails' },
    { name: 'silent-dns.test', records: [], behaviour: 'is-silent' },
  ];
}
