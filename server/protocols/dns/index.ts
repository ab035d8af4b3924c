/** What the DNS says about one name and one type. Failure to find out is a value too. */
export type Answer<R> =
  | { readonly kind: 'found'; readonly records: readonly R[] }
  | { readonly kind: 'no-data' } // the name exists, with no record of this type
  | { readonly kind: 'no-such-domain' } // NXDOMAIN, or a string that can never be a domain name
  | { readonly kind: 'temporary' }; // nobody could say just now

export interface MailExchanger {
  readonly preference: number;
  /** Without the final dot. */
  readonly exchange: string;
}

/** TXT records, each with its strings joined without blanks. Never rejects. */
export interface TxtResolver {
  txt(name: string): Promise<Answer<string>>;
}

/** What SPF asks besides. Never rejects. */
export interface AddressResolver {
  a(name: string): Promise<Answer<string>>;
  aaaa(name: string): Promise<Answer<string>>;
  mx(name: string): Promise<Answer<MailExchanger> | { readonly kind: 'null-mx' }>;
  /** Names of an address, by its reverse name: `1.2.0.192.in-addr.arpa`. */
  ptr(name: string): Promise<Answer<string>>;
}
