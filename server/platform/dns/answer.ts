/** What the DNS says about one name and one record type. Failure to find out is a value too. */
export type DnsAnswer<R> =
  | {
      kind: 'found';
      records: R[];
      /** Validated by DNSSEC, by a resolver on this machine. */
      secure: boolean;
      /** Seconds for which this may be kept. */
      ttl: number;
      /** The name that the records stand at, where aliases (CNAME) led there from the one that was asked for. */
      canonical?: string;
    }
  | { kind: 'no-data' } // the name exists, with no record of this type
  | { kind: 'no-such-domain' } // NXDOMAIN, or a string that can never be a domain name
  | { kind: 'temporary'; because: TemporaryReason };

/** Why nobody could say. `server-failure` is also how a validating resolver reports a bogus zone. */
export type TemporaryReason = 'timeout' | 'unreachable' | 'server-failure' | 'refused' | 'malformed-answer';

/** One mail exchanger. `exchange` is lower case, without the final dot. */
export interface MxRecord {
  preference: number;
  exchange: string;
}

/** A TLSA record as it stands in the DNS (RFC 6698 §2.1); what it means is `protocols/dane`'s to say. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Buffer;
}

/** As {@link DnsAnswer}, plus the domain that says it takes no mail (RFC 7505). */
export type MxAnswer = DnsAnswer<MxRecord> | { kind: 'null-mx' };
