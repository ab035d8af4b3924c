import { parseAddressList, type HeaderSection } from '#protocols/mime/index.ts';

/** Who a message says wrote it, as far as DMARC can check it (RFC 9989 §5.3.1). */
export type Author =
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'absent' } // no From, or no address in it
  | { readonly kind: 'several-domains' } // exempt from DMARC: nothing is proven
  | { readonly kind: 'several-fields' }; // forbidden by RFC 5322 §3.6: one program shows this name, another that

export function authorOf({ fields }: Pick<HeaderSection, 'fields'>): Author {
  const [from, ...more] = fields.filter(({ key }) => key === 'from');
  if (more.length > 0) return { kind: 'several-fields' };
  const { entries, invalid } = parseAddressList(from?.value ?? '');
  const mailboxes = entries.flatMap((entry) => ('members' in entry ? entry.members : [entry]));
  const domains = new Set(
    mailboxes.map(({ address }) => address.slice(address.lastIndexOf('@') + 1).toLowerCase()),
  );
  const [domain, ...others] = domains;
  // What cannot be read may be read by another program: then nothing about the rest proves who wrote.
  if (others.length > 0 || (domain !== undefined && invalid.length > 0)) return { kind: 'several-domains' };
  return domain === undefined || domain.startsWith('[') ? { kind: 'absent' } : { kind: 'domain', domain };
}
