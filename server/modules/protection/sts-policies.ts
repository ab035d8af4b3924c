import { createTimedCache } from '#platform/cache/timed-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Resolver } from '#platform/dns/index.ts';
import { parseStsRecord, type StsPolicy } from '#protocols/mta-sts/index.ts';
import type { FetchedPolicy, StsProblem } from './fetch-sts-policy.ts';
import { findStsPolicy, upsertStsPolicy } from './sts-policy-store.ts';

/** A policy that is in force for a domain. */
export interface KnownPolicy {
  /** Of the TXT record that it was fetched for. */
  readonly id: string;
  readonly policy: StsPolicy;
  readonly validUntil: Date;
}

/** The MTA-STS policies of other domains. */
export interface StsPolicies {
  /** Null when the domain has none that counts now. */
  policyOf(domain: string): Promise<KnownPolicy | null>;
  /** Why none counts though the domain publishes one, as last seen by `policyOf`; null where that is not so. */
  problemOf(domain: string): StsProblem | null;
  /**
   * Fetches the policy of a domain once more, whatever its record says or that there is none: a newer one takes the
   * place of the one that is kept, which otherwise stays in force. Other processes see it within half an hour.
   */
  askAnew(domain: string): Promise<void>;
}

export interface StsPoliciesPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly resolver: Resolver;
  fetch(domain: string): Promise<FetchedPolicy>;
}

/** RFC 8461 §3.3: after a failed fetch, none for at least five minutes. */
const retryMs = 5 * 60_000;
/** How long the table is believed to hold what it held. */
const keptForMs = 30 * 60_000;

/** RFC 8461 §3.3: a policy is fetched again before it ends, also when its id is the same; else an attacker need only wait. */
function endsSoon({ policy, validUntil }: KnownPolicy, now: Date): boolean {
  const leftMs = validUntil.getTime() - now.getTime();
  return leftMs < Math.min(refreshBeforeMs, (policy.maxAge * 1000) / 2);
}

const refreshBeforeMs = 2 * 24 * 60 * 60_000;

export function createStsPolicies({ database, clock, resolver, fetch }: StsPoliciesPorts): StsPolicies {
  const known = createTimedCache<string, KnownPolicy | null>(10_000);
  const failed = createTimedCache<string, StsProblem>(10_000);
  const problems = createTimedCache<string, StsProblem>(10_000);
  const asking = new Map<string, Promise<KnownPolicy | null>>();

  async function find(domain: string): Promise<KnownPolicy | null> {
    const found = await look(domain, clock.now());
    if (found.policy !== null || found.problem === null) problems.delete(domain);
    else problems.set(domain, found.problem, clock.now().getTime() + keptForMs);
    return found.policy;
  }

  async function look(
    domain: string,
    now: Date,
  ): Promise<{ readonly policy: KnownPolicy | null; readonly problem: StsProblem | null }> {
    const answer = await resolver.txt(`_mta-sts.${domain}`);
    const record = parseStsRecord(answer.kind === 'found' ? answer.records : []);
    const kept = await keptPolicy(domain, now);
    const as = (policy: KnownPolicy | null, problem: StsProblem | null = null) => ({ policy, problem });
    if (record.kind !== 'published') return as(kept); // §5.1: it holds until it ends, whatever became of the record
    if (record.id === kept?.id && !endsSoon(kept, now)) return as(kept);
    const before = failed.get(`${domain} ${record.id}`, now.getTime());
    if (before !== undefined) return as(kept, before);
    const fetched = await fetch(domain);
    if (!fetched.ok) {
      failed.set(`${domain} ${record.id}`, fetched.problem, now.getTime() + retryMs);
      return as(kept, fetched.problem);
    }
    const { policy } = fetched;
    return as(await keep(domain, { id: record.id, policy, validUntil: endOf(policy, now) }, now));
  }

  async function keep(domain: string, fetched: KnownPolicy, now: Date): Promise<KnownPolicy> {
    await database.acrossTenants((tx) => upsertStsPolicy(tx, domain, fetched));
    remember(domain, fetched, now);
    return fetched;
  }

  function remember(domain: string, policy: KnownPolicy | null, now: Date): void {
    const until = now.getTime() + keptForMs;
    known.set(domain, policy, Math.min(policy?.validUntil.getTime() ?? until, until));
  }

  async function keptPolicy(domain: string, now: Date): Promise<KnownPolicy | null> {
    const inMemory = known.get(domain, now.getTime());
    if (inMemory !== undefined) return inMemory;
    const stored = await database.acrossTenants((tx) => findStsPolicy(tx, domain, now));
    remember(domain, stored, now);
    return stored;
  }

  return {
    policyOf(domain) {
      const running = asking.get(domain) ?? find(domain).finally(() => asking.delete(domain));
      asking.set(domain, running);
      return running;
    },
    problemOf: (domain) => problems.get(domain, clock.now().getTime()) ?? null,
    async askAnew(domain) {
      const now = clock.now();
      const answer = await resolver.txt(`_mta-sts.${domain}`);
      const record = parseStsRecord(answer.kind === 'found' ? answer.records : []);
      const kept = await keptPolicy(domain, now);
      const id = record.kind === 'published' ? record.id : kept?.id;
      if (id === undefined) return;
      const fetched = await fetch(domain);
      if (!fetched.ok) return;
      const { policy } = fetched;
      await keep(domain, { id, policy, validUntil: endOf(policy, now) }, now);
    },
  };
}

function endOf({ maxAge }: StsPolicy, now: Date): Date {
  return new Date(now.getTime() + maxAge * 1000);
}
