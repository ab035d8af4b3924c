import type { AddressResolver, TxtResolver } from '#protocols/dns/index.ts';
import type { DmarcPolicy, DmarcRecord } from './record.ts';
import { DmarcTree, organizationalDomain, type PublishedRecord } from './tree-walk.ts';

export type DmarcResolver = TxtResolver & Pick<AddressResolver, 'a' | 'aaaa' | 'mx'>;

/** What is to be done with mail in the name of one domain. */
export interface AppliedPolicy {
  readonly authorDomain: string;
  /** Whose record it is: the author's domain, its organisation's, or that of the public suffix above. */
  readonly policyDomain: string;
  readonly record: DmarcRecord;
  /** What the record asks for this very domain. */
  readonly policy: DmarcPolicy;
  /** For checking alignment. */
  readonly tree: DmarcTree;
}

export type Discovery =
  | ({ readonly kind: 'found' } & AppliedPolicy)
  | { readonly kind: 'none'; readonly authorDomain: string } // DMARC does not apply
  | { readonly kind: 'unknown'; readonly authorDomain: string }; // the DNS could not say just now

/** The policy for a domain in From, lower case and A-labels (RFC 9989 §4.10.1). Never rejects if `dns` does not. */
export async function discoverPolicy(authorDomain: string, dns: DmarcResolver): Promise<Discovery> {
  const tree = new DmarcTree(dns);
  const own = await tree.recordOf(authorDomain);
  if (typeof own !== 'string')
    return { kind: 'found', authorDomain, policyDomain: authorDomain, record: own, policy: own.policy, tree };
  // Without one of the answers another record could take the place of a stricter one.
  const walk = own === 'unknown' ? null : await tree.walk(authorDomain);
  if (walk === null || walk.incomplete) return { kind: 'unknown', authorDomain };
  const published = publishedFor(authorDomain, walk.found);
  if (published === null) return { kind: 'none', authorDomain };
  const { domain: policyDomain, record } = published;
  const policy = await policyForSubdomain(authorDomain, record, dns);
  return { kind: 'found', authorDomain, policyDomain, record, policy, tree };
}

/** The organisation's record, else that of the public suffix it lies under. */
function publishedFor(authorDomain: string, found: readonly PublishedRecord[]): PublishedRecord | null {
  const organization = organizationalDomain(authorDomain, { found });
  return (
    found.find(({ domain }) => domain === organization) ??
    found.find(({ record }) => record.publicSuffix === 'y') ??
    null
  );
}

async function policyForSubdomain(
  domain: string,
  { policy, subdomainPolicy, nonexistentPolicy }: DmarcRecord,
  dns: DmarcResolver,
): Promise<DmarcPolicy> {
  const usual = subdomainPolicy ?? policy;
  if (nonexistentPolicy === null || nonexistentPolicy === usual) return usual;
  return (await exists(domain, dns)) ? usual : nonexistentPolicy;
}

/** RFC 9989 §3.2.13: a name with neither A, AAAA nor MX. What could not be found out counts as there. */
async function exists(domain: string, dns: DmarcResolver): Promise<boolean> {
  const answers = await Promise.all([dns.mx(domain), dns.a(domain), dns.aaaa(domain)]);
  return answers.some(({ kind }) => kind !== 'no-data' && kind !== 'no-such-domain');
}
