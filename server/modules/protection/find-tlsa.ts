import type { DnsAnswer, Resolver } from '#platform/dns/index.ts';
import { usableRecords, type TlsaRecord, type UsableRecord } from '#protocols/dane/index.ts';

/** What signed DNS says of the certificate of one mail server. */
export type HostTlsa =
  | { readonly kind: 'none' } // no records, or none that are signed
  | {
      readonly kind: 'records';
      /** The name under which they were found; goes into SNI (RFC 7672 §8.1). */
      readonly base: string;
      readonly published: readonly TlsaRecord[];
      /** Empty: they prove nothing, and still forbid sending in the clear (RFC 7672 §2.2). */
      readonly usable: readonly UsableRecord[];
    }
  | { readonly kind: 'failed' }; // bogus, or nobody could say: the server is not to be used now (RFC 7672 §2.1.3)

/**
 * Looks for the TLSA records of a server whose name came by signed DNS (RFC 7672 §2.2.2). `addresses` is what its
 * name was answered with: where signed aliases led elsewhere, the records there come first.
 */
export async function findTlsa(
  resolver: Pick<Resolver, 'tlsa' | 'cname'>,
  host: string,
  addresses: DnsAnswer<string>,
  port: number,
): Promise<HostTlsa> {
  const bases = await baseDomains(resolver, host, addresses);
  if (bases === 'failed') return { kind: 'failed' };
  for (const base of bases) {
    const answer = await resolver.tlsa(`_${port}._tcp.${base}`);
    if (answer.kind === 'temporary') return { kind: 'failed' };
    if (answer.kind === 'found' && answer.secure)
      return { kind: 'records', base, published: answer.records, usable: usableRecords(answer.records) };
  }
  return { kind: 'none' };
}

async function baseDomains(
  resolver: Pick<Resolver, 'cname'>,
  host: string,
  addresses: DnsAnswer<string>,
): Promise<readonly string[] | 'failed'> {
  if (addresses.kind !== 'found') return [];
  const { secure, canonical } = addresses;
  if (secure) return canonical === undefined ? [host] : [canonical, host];
  if (canonical === undefined) return []; // an unsigned zone: no lookup that a broken name server could fail
  const alias = await resolver.cname(host); // §2.2.2: it leads out of signed DNS, but may itself be signed
  if (alias.kind === 'temporary') return 'failed';
  return alias.kind === 'found' && alias.secure ? [host] : [];
}
