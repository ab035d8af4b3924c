import { createTimedCache } from '#platform/cache/timed-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { DnsAnswer, MxAnswer, TemporaryReason, TlsaRecord } from './answer.ts';
import { toQueryName } from './domain-name.ts';
import { exchange } from './exchange.ts';
import { buildQuery, rcodes, type QueryType } from './query.ts';
import { readAnswer, type ReadAnswer, type RecordOf } from './read-answer.ts';
import type { DnsServer } from './servers.ts';

/** Asks the DNS. Nothing here throws: what could not be found out is `temporary`. */
export interface Resolver {
  /** Mail exchangers, best first. A domain that takes no mail answers `null-mx` (RFC 7505). */
  mx(domain: string): Promise<MxAnswer>;
  a(name: string): Promise<DnsAnswer<string>>;
  aaaa(name: string): Promise<DnsAnswer<string>>;
  /** A and AAAA in one answer, IPv6 first; found when either is. */
  addresses(name: string): Promise<DnsAnswer<string>>;
  /** TXT records, each with its strings joined. */
  txt(name: string): Promise<DnsAnswer<string>>;
  /** The alias itself, not what it leads to. */
  cname(name: string): Promise<DnsAnswer<string>>;
  /** Names at a reverse name: `1.2.0.192.in-addr.arpa`. */
  ptr(name: string): Promise<DnsAnswer<string>>;
  /** At a name such as `_25._tcp.mx.example`. Of use only when `secure`. */
  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>>;
  /** Forgets all answers. */
  flush(): void;
}

export interface ResolverOptions {
  /** Tried in this order. */
  servers: readonly DnsServer[];
  clock: Clock;
  /** For one server, once, by each transport. Default 2,000 ms. */
  timeoutMs?: number;
  /** How often the whole list is gone through. Default 2. */
  rounds?: number;
  /** Answers kept at most. Default 10,000. */
  cacheSize?: number;
}

export function createResolver(options: ResolverOptions): Resolver {
  const { servers, clock, timeoutMs = 2_000, rounds = 2, cacheSize = 10_000 } = options;
  const cache = createTimedCache<string, DnsAnswer<unknown>>(cacheSize);
  const asking = new Map<string, Promise<DnsAnswer<unknown>>>();

  function lookUp<T extends QueryType>(name: string, type: T): Promise<DnsAnswer<RecordOf[T]>> {
    const dnsName = toQueryName(name);
    if (dnsName === null) return Promise.resolve({ kind: 'no-such-domain' });
    const key = `${type} ${dnsName}`;
    const kept = cache.get(key, clock.now().getTime());
    // The key holds the type, so what is kept under it has the records of that type.
    if (kept !== undefined) return Promise.resolve(kept as DnsAnswer<RecordOf[T]>);
    const running = asking.get(key) as Promise<DnsAnswer<RecordOf[T]>> | undefined;
    if (running !== undefined) return running;
    const asked = askServers(dnsName, type)
      .then(({ answer, cacheSeconds }) => {
        if (cacheSeconds > 0) cache.set(key, answer, clock.now().getTime() + cacheSeconds * 1000);
        return answer;
      })
      .finally(() => asking.delete(key));
    asking.set(key, asked);
    return asked;
  }

  async function askServers<T extends QueryType>(name: string, type: T): Promise<ReadAnswer<T>> {
    let because: TemporaryReason = 'unreachable';
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        const result = await askServer(server, name, type);
        if (typeof result !== 'string') return result;
        because = result;
      }
    }
    return { answer: { kind: 'temporary', because }, cacheSeconds: 0 };
  }

  async function askServer<T extends QueryType>(
    server: DnsServer,
    name: string,
    type: T,
    edns = true,
  ): Promise<ReadAnswer<T> | TemporaryReason> {
    const query = { ...buildQuery(name, type, edns), type };
    const result = await exchange(server, query, timeoutMs);
    if (result.kind === 'failed') return result.because;
    const { response } = result;
    switch (response.rcode) {
      case rcodes.noError:
      case rcodes.noSuchDomain:
        return readAnswer(query, response, response.authentic && server.loopback);
      case rcodes.formatError:
      case rcodes.notImplemented:
        return edns ? await askServer(server, name, type, false) : 'server-failure'; // RFC 6891 §7
      case rcodes.refused:
        return 'refused';
      default:
        return 'server-failure';
    }
  }

  return {
    async mx(domain) {
      const answer = await lookUp(domain, 'MX');
      if (answer.kind !== 'found') return answer;
      const [first] = answer.records;
      if (answer.records.length === 1 && first?.exchange === '.') return { kind: 'null-mx' };
      return { ...answer, records: answer.records.toSorted((a, b) => a.preference - b.preference) };
    },
    a: (name) => lookUp(name, 'A'),
    aaaa: (name) => lookUp(name, 'AAAA'),
    async addresses(name) {
      return joinFamilies(await Promise.all([lookUp(name, 'AAAA'), lookUp(name, 'A')]));
    },
    txt: (name) => lookUp(name, 'TXT'),
    cname: (name) => lookUp(name, 'CNAME'),
    ptr: (name) => lookUp(name, 'PTR'),
    tlsa: (name) => lookUp(name, 'TLSA'),
    flush: () => cache.clear(),
  };
}

/** One family is enough to connect; secure only when all that was found is. */
function joinFamilies(answers: DnsAnswer<string>[]): DnsAnswer<string> {
  const found = answers.filter((answer) => answer.kind === 'found');
  if (found.length > 0) {
    const canonical = found.find((answer) => answer.canonical !== undefined)?.canonical;
    return {
      kind: 'found',
      records: found.flatMap((answer) => answer.records),
      secure: found.every((answer) => answer.secure),
      ttl: Math.min(...found.map((answer) => answer.ttl)),
      ...(canonical === undefined ? {} : { canonical }),
    };
  }
  const none =
    answers.find((answer) => answer.kind === 'temporary') ??
    answers.find((answer) => answer.kind === 'no-data');
  return none ?? { kind: 'no-such-domain' };
}
