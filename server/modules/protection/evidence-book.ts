import type { ConnectionProof, TlsEvidence } from '#contract/protection.ts';
import { createTimedCache } from '#platform/cache/timed-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import { toDnsName } from '#platform/dns/index.ts';
import { isWeaker } from './connection-proof.ts';
import {
  expireDomainRecord,
  findDomainRecords,
  upsertDomainRecord,
  type DomainRecord,
} from './evidence-store.ts';
import { nothingSeen } from './gather-evidence.ts';
import { tlsLevelOf } from './tls-level.ts';

/** What is known about the mail servers of other domains. */
export interface EvidenceBook {
  /** Evidence at most 30 minutes old for each domain. Domains not known are asked, side by side. */
  of(domains: Iterable<string>): Promise<Map<string, TlsEvidence>>;
  /** The best connection that a domain has shown lately and when last, as far as it is known; nobody is asked. */
  bestOf(domain: string): Promise<DomainRecord['best'] | null>;
  /** The next question about the domain is asked of its servers. */
  expire(domain: string): Promise<void>;
}

export interface EvidenceBookPorts {
  readonly database: Database;
  readonly clock: Clock;
  gather(domain: string): Promise<TlsEvidence>;
}

const minute = 60_000;
/** How long evidence holds. What may soon be over is looked at again sooner. */
const freshFor = { proven: 30 * minute, temporary: minute, other: 5 * minute };
/** How long the best that a domain has shown is remembered. */
export const rememberedForMs = 30 * 24 * 60 * minute;

export function createEvidenceBook({ database, clock, gather }: EvidenceBookPorts): EvidenceBook {
  const kept = createTimedCache<string, TlsEvidence>(10_000);
  const asking = new Map<string, Promise<TlsEvidence>>();

  async function find(domain: string, records: Promise<Map<string, DomainRecord>>): Promise<TlsEvidence> {
    const record = (await records).get(domain);
    const now = clock.now();
    if (record !== undefined && record.freshUntil > now) {
      kept.set(domain, record.evidence, record.freshUntil.getTime());
      return record.evidence;
    }
    const gathered = await gather(domain);
    const noted = compareWithBefore(gathered, record, now);
    await database.acrossTenants((tx) => upsertDomainRecord(tx, noted));
    kept.set(domain, noted.evidence, noted.freshUntil.getTime());
    return noted.evidence;
  }

  async function readRecords(domains: readonly string[]): Promise<Map<string, DomainRecord>> {
    if (domains.length === 0) return new Map();
    const records = await database.acrossTenants((tx) => findDomainRecords(tx, domains));
    return new Map(records.map((record) => [record.domain, record]));
  }

  /** Address literals and what is no name at all: nobody need be asked, and nothing is kept. */
  function noName(domain: string): TlsEvidence {
    return { ...nothingSeen(domain, clock.now()), problem: 'no-such-domain' };
  }

  return {
    async of(domains) {
      const now = clock.now().getTime();
      const known = new Map<string, TlsEvidence>();
      const unknown: string[] = [];
      for (const domain of new Set(domains)) {
        const evidence = toDnsName(domain) === null ? noName(domain) : kept.get(domain, now);
        if (evidence === undefined) unknown.push(domain);
        else known.set(domain, evidence);
      }
      const records = readRecords(unknown.filter((domain) => !asking.has(domain)));
      const found = unknown.map((domain) => {
        const running = asking.get(domain) ?? find(domain, records).finally(() => asking.delete(domain));
        asking.set(domain, running);
        return running;
      });
      for (const evidence of await Promise.all(found)) known.set(evidence.domain, evidence);
      return known;
    },
    async bestOf(domain) {
      const best = (await readRecords([domain])).get(domain)?.best;
      return remembered(best, clock.now()) ?? null;
    },
    async expire(domain) {
      kept.delete(domain);
      await database.acrossTenants((tx) => expireDomainRecord(tx, domain, clock.now()));
    },
  };
}

/** A domain once seen secure is not quietly taken back: the better past is noted beside the present. */
function compareWithBefore(
  evidence: TlsEvidence,
  before: Pick<DomainRecord, 'best' | 'daneAt'> | undefined,
  now: Date,
): DomainRecord {
  const better = remembered(before?.best, now);
  const fell = better !== undefined && isWeaker(evidence.connection, better.connection);
  const daneAt = tlsLevelOf({ ...evidence, seenBefore: null }).level === 'tls-dane' ? now : before?.daneAt;
  const daneBefore = daneAt != null && daneAt < now && now.getTime() - daneAt.getTime() < rememberedForMs;
  const best = fell ? better : { connection: evidence.connection, at: now };
  return {
    domain: evidence.domain,
    evidence: fell
      ? { ...evidence, seenBefore: pastOf(better.connection, better.at, daneBefore) }
      : daneBefore
        ? { ...evidence, seenBefore: pastOf('authenticated', daneAt, true) }
        : evidence,
    freshUntil: new Date(now.getTime() + freshnessOf(evidence)),
    best,
    daneAt: daneAt ?? null,
  };
}

const pastOf = (
  connection: ConnectionProof,
  at: Date,
  dane: boolean,
): NonNullable<TlsEvidence['seenBefore']> => ({
  connection,
  at: at.toISOString(),
  ...(dane ? { dane: true } : {}),
});

function remembered(before: DomainRecord['best'] | undefined, now: Date): DomainRecord['best'] | undefined {
  return before !== undefined && now.getTime() - before.at.getTime() < rememberedForMs ? before : undefined;
}

function freshnessOf(evidence: TlsEvidence): number {
  if (evidence.problem === 'dns-failed' || evidence.problem === 'no-answer') return freshFor.temporary;
  return evidence.problem === null ? freshFor.proven : freshFor.other;
}
