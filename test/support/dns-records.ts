import type { Answer, TxtResolver } from '../../server/protocols/dns/index.ts';

/** TXT records by lower-case name. */
export type TxtRecords = Readonly<Record<string, readonly string[] | 'temporary'>>;

/** The DNS as a table: for protocols, which take it as a port. */
export function txtRecords(records: TxtRecords): TxtResolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    txt(name) {
      asked.push(name);
      const found = records[name.toLowerCase()];
      const answer: Answer<string> =
        found === undefined
          ? { kind: 'no-such-domain' }
          : found === 'temporary'
            ? { kind: 'temporary' }
            : { kind: 'found', records: found };
      return Promise.resolve(answer);
    },
  };
}
