import type { MxRecord, Resolver } from '#platform/dns/index.ts';
import type { RouteHost } from './mail-route.ts';

/** The servers of a domain as the DNS names them, or why there are none. */
export type MailHosts =
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly RouteHost[];
      /** The MX record came by signed DNS. */
      readonly secure: boolean;
    }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'takes-no-mail' }
  | { readonly kind: 'dns-failed' };

/** A domain names a handful; more are not asked. */
const mostHosts = 8;

/** Looks up where mail for a domain goes (RFC 5321 §5.1), best server first. */
export async function findMailHosts(resolver: Resolver, domain: string): Promise<MailHosts> {
  const answer = await resolver.mx(domain);
  switch (answer.kind) {
    case 'found':
      return await withAddresses(resolver, answer.records, answer.secure);
    case 'no-data': // RFC 5321 §5.1: without MX, the domain itself is its mail server
      return await withAddresses(resolver, [{ preference: 0, exchange: domain }], false);
    case 'null-mx':
      return { kind: 'takes-no-mail' };
    case 'no-such-domain':
      return { kind: 'no-such-domain' };
    case 'temporary':
      return { kind: 'dns-failed' };
  }
}

async function withAddresses(
  resolver: Resolver,
  records: readonly MxRecord[],
  secure: boolean,
): Promise<MailHosts> {
  const lookups = await Promise.all(
    records.slice(0, mostHosts).map(async ({ exchange, preference }) => ({
      host: exchange,
      preference,
      answer: await resolver.addresses(exchange),
    })),
  );
  const hosts = lookups.flatMap(({ host, preference, answer }) =>
    answer.kind === 'found' ? [{ host, preference, addresses: answer.records }] : [],
  );
  if (hosts.length > 0) return { kind: 'hosts', hosts, secure };
  return { kind: lookups.some(({ answer }) => answer.kind === 'temporary') ? 'dns-failed' : 'takes-no-mail' };
}
