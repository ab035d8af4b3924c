import type { TxtResolver } from '#protocols/dns/index.ts';
import { parseDmarcRecord, type DmarcRecord } from './record.ts';

/** A record, and the domain that published it. */
export interface PublishedRecord {
  readonly domain: string;
  readonly record: DmarcRecord;
}

export interface Walk {
  /** From the longest name to the shortest. */
  readonly found: readonly PublishedRecord[];
  /** Some question got no answer: what is above may be missing. */
  readonly incomplete: boolean;
}

/** RFC 9989 §4.10 step 4: of a name of as many labels or more, seven remain after the first question. */
const mostLabels = 8;

/** Domains that a walk from `domain` asks: at most eight, itself first. */
export function walkTargets(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels.slice(Math.max(1, labels.length - mostLabels + 1));
  return [domain, ...parents.map((_, index) => parents.slice(index).join('.'))];
}

/** The DMARC records that walks up the DNS find. Each name is asked for once, however many walks pass it. */
export class DmarcTree {
  readonly #dns: TxtResolver;
  readonly #asked = new Map<string, Promise<DmarcRecord | 'none' | 'unknown'>>();

  constructor(dns: TxtResolver) {
    this.#dns = dns;
  }

  /** RFC 9989 §4.10. `domain` in lower case and A-labels. */
  async walk(domain: string): Promise<Walk> {
    const found: PublishedRecord[] = [];
    let incomplete = false;
    for (const target of walkTargets(domain)) {
      const record = await this.recordOf(target);
      if (record === 'unknown') incomplete = true;
      if (typeof record === 'string') continue;
      found.push({ domain: target, record });
      if (record.publicSuffix !== 'u') break; // §4.10 steps 2 and 6
    }
    return { found, incomplete };
  }

  /** The record at the domain itself. */
  recordOf(domain: string): Promise<DmarcRecord | 'none' | 'unknown'> {
    const known = this.#asked.get(domain) ?? this.#ask(domain);
    this.#asked.set(domain, known);
    return known;
  }

  async #ask(domain: string): Promise<DmarcRecord | 'none' | 'unknown'> {
    const answer = await this.#dns.txt(`_dmarc.${domain}`);
    if (answer.kind === 'temporary') return 'unknown';
    const texts =
      answer.kind === 'found'
        ? answer.records.filter((text) => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text))
        : [];
    const [text] = texts;
    if (text === undefined || texts.length > 1) return 'none'; // several: all are discarded
    return parseDmarcRecord(text) ?? 'none';
  }
}

/** Which domain the walk from `domain` says is the organisation's (RFC 9989 §4.10.2). */
export function organizationalDomain(domain: string, { found }: Pick<Walk, 'found'>): string {
  for (const { domain: at, record } of found) {
    if (record.publicSuffix === 'n') return at;
    if (record.publicSuffix === 'y' && at !== domain) return oneLabelBelow(at, domain);
  }
  return found.at(-1)?.domain ?? domain;
}

function oneLabelBelow(suffix: string, domain: string): string {
  return domain
    .split('.')
    .slice(-(suffix.split('.').length + 1))
    .join('.');
}
