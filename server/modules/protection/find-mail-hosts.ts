import type { MxRecord, Resolver } from '#platform/dns/index.ts';
import type { DaneSwitch } from './dane-switch.ts';
import { findTlsa } from './find-tlsa.ts';
import type { RouteHost } from './mail-route.ts';

/** The servers of a domain as the DNS names them, or why there are none. */
export type MailHosts =
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly RouteHost[];
      /** The MX record came by signed DNS, and the resolver has shown that it validates. */
      readonly secure: boolean;
    }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'takes-no-mail' }
  | { readonly kind: 'dns-failed' };

export interface MailHostPorts {
  readonly resolver: Resolver;
  readonly dane: DaneSwitch;
  /** Of other people's mail servers: it is part of the name of TLSA records. */
  readonly port: number;
}

/** A domain names a handful; more are not asked. */
const mostHosts = 8;

/** Looks up where mail for a domain goes (RFC 5321 §5.1), best server first, with what signed DNS says of each. */
export async function findMailHosts(ports: MailHostPorts, domain: string): Promise<MailHosts> {
  const answer = await ports.resolver.mx(domain);
  switch (answer.kind) {
    case 'found': {
      const secure = answer.secure && (await ports.dane.doubt()) === null;
      const names = secure ? [domain, ...(answer.canonical === undefined ? [] : [answer.canonical])] : [];
      return await withAddresses(ports, answer.records, secure, names);
    }
    case 'no-data': {
      // RFC 5321 §5.1: without MX, the domain itself is its mail server; whether it is signed, its address shows
      const addresses = await ports.resolver.addresses(domain);
      const signed = addresses.kind === 'found' && (addresses.secure || addresses.canonical !== undefined);
      const secure = signed && (await ports.dane.doubt()) === null;
      return await withAddresses(ports, [{ preference: 0, exchange: domain }], secure, [domain]);
    }
    case 'null-mx':
      return { kind: 'takes-no-mail' };
    case 'no-such-domain':
      return { kind: 'no-such-domain' };
    case 'temporary':
      return { kind: 'dns-failed' };
  }
}

async function withAddresses(
  { resolver, port }: MailHostPorts,
  records: readonly MxRecord[],
  secure: boolean,
  names: readonly string[],
): Promise<MailHosts> {
  const lookups = await Promise.all(
    records.slice(0, mostHosts).map(async ({ exchange, preference }) => {
      const answer = await resolver.addresses(exchange);
      const tlsa = secure ? await findTlsa(resolver, exchange, answer, port) : ({ kind: 'none' } as const);
      return { host: exchange, preference, answer, tlsa };
    }),
  );
  const hosts = lookups.flatMap(({ host, preference, answer, tlsa }): RouteHost[] => {
    if (answer.kind !== 'found') return [];
    const found = { host, preference, addresses: answer.records };
    if (tlsa.kind === 'none') return [found];
    const dane = { tlsa, names: tlsa.kind === 'records' ? [tlsa.base, ...names] : [] };
    return [{ ...found, dane, ...(tlsa.kind === 'records' ? { tlsName: tlsa.base } : {}) }];
  });
  if (hosts.length > 0) return { kind: 'hosts', hosts, secure };
  return { kind: lookups.some(({ answer }) => answer.kind === 'temporary') ? 'dns-failed' : 'takes-no-mail' };
}
