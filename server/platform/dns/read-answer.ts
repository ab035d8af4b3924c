import type { Answer } from 'dns-packet';
import type { DnsAnswer, MxRecord, TlsaRecord } from './answer.ts';
import { rcodes, type Query, type QueryType, type Response } from './query.ts';

/** What a record of each type is to the caller: TXT strings are joined (RFC 7208 §3.3). */
export interface RecordOf {
  MX: MxRecord;
  A: string;
  AAAA: string;
  TXT: string;
  CNAME: string;
  PTR: string;
  TLSA: TlsaRecord;
}

/** An answer, and for how many seconds it may be cached (0: not at all). */
export interface ReadAnswer<T extends QueryType> {
  answer: DnsAnswer<RecordOf[T]>;
  cacheSeconds: number;
}

const day = 86_400;
const hour = 3_600;

/** Reads a NOERROR or NXDOMAIN response, following aliases inside it. */
export function readAnswer<T extends QueryType>(
  query: Query & { type: T },
  response: Response,
  secure: boolean,
): ReadAnswer<T> {
  const chain = followAliases(query, response.answers);
  const found = response.answers.filter(
    (record) => record.type === query.type && nameOf(record) === chain.name,
  );
  if (response.rcode === rcodes.noError && found.length > 0) {
    const ttl = Math.min(day, chain.ttl, ...found.map(ttlOf));
    const records = found.flatMap((record) => readRecord(query.type, record) ?? []);
    const alias = chain.name === query.name ? {} : { canonical: chain.name };
    return { answer: { kind: 'found', records, secure, ttl, ...alias }, cacheSeconds: ttl };
  }
  const kind = response.rcode === rcodes.noSuchDomain ? 'no-such-domain' : 'no-data';
  return { answer: { kind }, cacheSeconds: Math.min(chain.ttl, negativeTtl(response.authorities)) };
}

/** The canonical name at the end of the CNAME chain, and the shortest TTL on the way. */
function followAliases(query: Query, answers: Answer[]): { name: string; ttl: number } {
  let name = query.name;
  let ttl = day;
  if (query.type === 'CNAME') return { name, ttl };
  for (let hops = 0; hops < 16; hops++) {
    const alias = answers.find((record) => record.type === 'CNAME' && nameOf(record) === name);
    if (alias?.type !== 'CNAME') break;
    name = alias.data.toLowerCase();
    ttl = Math.min(ttl, ttlOf(alias));
  }
  return { name, ttl };
}

/** RFC 2308 §5: the lesser of the SOA's own TTL and its minimum; without a SOA, not at all. */
function negativeTtl(authorities: Answer[]): number {
  const soa = authorities.find((record) => record.type === 'SOA');
  return soa?.type === 'SOA' ? Math.min(hour, ttlOf(soa), soa.data.minimum ?? 0) : 0;
}

const readers: { [T in QueryType]: (record: Answer) => RecordOf[T] | null } = {
  MX: (record) =>
    record.type === 'MX'
      ? { preference: record.data.preference ?? 0, exchange: record.data.exchange.toLowerCase() }
      : null,
  A: (record) => (record.type === 'A' ? record.data : null),
  AAAA: (record) => (record.type === 'AAAA' ? record.data : null),
  CNAME: (record) => (record.type === 'CNAME' ? record.data.toLowerCase() : null),
  PTR: (record) => (record.type === 'PTR' ? record.data.toLowerCase() : null),
  TLSA: (record) =>
    record.type === 'TLSA'
      ? {
          usage: record.data.usage,
          selector: record.data.selector,
          matchingType: record.data.matchingType,
          data: record.data.certificate,
        }
      : null,
  TXT: (record) => (record.type === 'TXT' ? [record.data].flat().map(String).join('') : null),
};

function readRecord<T extends QueryType>(type: T, record: Answer): RecordOf[T] | null {
  return readers[type](record);
}

function nameOf(record: Answer): string {
  return record.name.toLowerCase();
}

function ttlOf(record: Answer): number {
  return 'ttl' in record ? (record.ttl ?? 0) : 0;
}
