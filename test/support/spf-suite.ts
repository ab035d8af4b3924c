import type { Answer as Record } from 'dns-packet';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { testdataFile } from './testdata.ts';

const Texts = z.union([z.string(), z.array(z.string())]);
const Entry = z.union([z.literal('TIMEOUT'), z.record(z.string(), z.unknown())]);
const Case = z.object({
  helo: z.string(),
  host: z.string(),
  mailfrom: z.string(),
  result: Texts.transform((result) => [result].flat()),
  explanation: z.string().optional(),
});
const Document = z.object({
  description: z.string(),
  tests: z.record(z.string(), Case),
  zonedata: z.record(z.string(), z.array(Entry)),
});

export interface SpfCase extends z.infer<typeof Case> {
  readonly name: string;
}

/** Cases with the DNS that they are about. */
export interface SpfSuite {
  readonly description: string;
  readonly cases: readonly SpfCase[];
  /** Null: the DNS does not say (the suite's TIMEOUT). 'no-such-domain' for names that are not there. */
  lookUp(name: string, type: string): readonly Record[] | 'no-such-domain' | null;
}

/** The test suite of RFC 7208: 203 cases. */
export function readSpfSuites(): SpfSuite[] {
  const text = testdataFile('spf/rfc7208-tests.yml').toString('latin1');
  return parseAllDocuments(text, { version: '1.1' }).map((document) => {
    const { description, tests, zonedata } = Document.parse(document.toJS());
    const zones = new Map(Object.entries(zonedata).map(([name, entries]) => [name.toLowerCase(), entries]));
    return {
      description,
      cases: Object.entries(tests).map(([name, each]) => ({ name, ...each })),
      lookUp: (name, type) => lookUp(zones, name, type),
    };
  });
}

type Zones = ReadonlyMap<string, readonly z.infer<typeof Entry>[]>;

function lookUp(zones: Zones, name: string, type: string, hops = 0): ReturnType<SpfSuite['lookUp']> {
  const entries = zones.get(name.toLowerCase());
  if (entries === undefined) return 'no-such-domain';
  const records = entries.flatMap((entry) => (entry === 'TIMEOUT' ? [] : recordsOf(name, entry)));
  const alias = records.find((record) => record.type === 'CNAME');
  if (alias?.type === 'CNAME') {
    const target = hops < 8 ? lookUp(zones, alias.data, type, hops + 1) : [];
    return Array.isArray(target) ? [alias, ...target] : target;
  }
  const own = records.filter((record) => record.type === type);
  // What stands there as SPF is meant as TXT too, unless TXT is said as well.
  const saysText = entries.some((entry) => entry !== 'TIMEOUT' && 'TXT' in entry);
  const found =
    type === 'TXT' && !saysText
      ? entries.flatMap((entry) => (entry !== 'TIMEOUT' && 'SPF' in entry ? [text(name, entry['SPF'])] : []))
      : own;
  return found.length === 0 && entries.includes('TIMEOUT') ? null : found;
}

const text = (name: string, value: unknown): Record => ({
  type: 'TXT',
  name,
  ttl: 60,
  data: [Texts.parse(value)].flat().map((string) => Buffer.from(string, 'latin1')),
});

function recordsOf(name: string, entry: { readonly [type: string]: unknown }): Record[] {
  return Object.entries(entry).flatMap(([type, value]): Record[] => {
    if (value === 'NONE' || type === 'SPF') return [];
    if (type === 'TXT') return [text(name, value)];
    if (type === 'MX') {
      const [preference, exchange] = z.tuple([z.number(), z.string()]).parse(value);
      return [{ type, name, ttl: 60, data: { preference, exchange } }];
    }
    const data = z.string().parse(value).replace(/\.$/, '');
    return type === 'A' || type === 'AAAA' || type === 'PTR' || type === 'CNAME'
      ? [{ type, name, ttl: 60, data }]
      : [];
  });
}
