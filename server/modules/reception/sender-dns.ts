import { createTimedCache } from '#platform/cache/timed-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Resolver } from '#platform/dns/index.ts';
import type { SpfResolver } from '#protocols/spf/index.ts';

/** What checks of a sender ask. */
export type SenderDns = Pick<Resolver, 'txt' | 'a' | 'aaaa' | 'mx' | 'ptr'>;

const unansweredMs = 10_000;

type Ask<A> = (name: string) => Promise<A | { readonly kind: 'temporary' }>;

/**
 * A resolver that remembers for ten seconds that there was no answer: with the DNS away, a burst of mail would else
 * wait for each question of each message. Answers are kept by the resolver itself, for their time to live.
 */
export function createSenderDns(dns: SenderDns, clock: Clock): SpfResolver {
  const unanswered = createTimedCache<string, true>(10_000);
  function remembering<A extends { readonly kind: string }>(
    type: string,
    ask: (name: string) => Promise<A>,
  ): Ask<A> {
    return async (name) => {
      const key = `${type} ${name}`;
      if (unanswered.get(key, clock.now().getTime()) !== undefined) return { kind: 'temporary' };
      const answer = await ask(name);
      if (answer.kind === 'temporary') unanswered.set(key, true, clock.now().getTime() + unansweredMs);
      return answer;
    };
  }
  return {
    txt: remembering('TXT', (name) => dns.txt(name)),
    a: remembering('A', (name) => dns.a(name)),
    aaaa: remembering('AAAA', (name) => dns.aaaa(name)),
    mx: remembering('MX', (name) => dns.mx(name)),
    ptr: remembering('PTR', (name) => dns.ptr(name)),
  };
}

/** The same until `over` resolves; from then on there is no answer to anything, also not to what was asked before. */
export function untilOver(dns: SpfResolver, over: Promise<void>): SpfResolver {
  const late = over.then(() => ({ kind: 'temporary' }) as const);
  const inTime = <A>(answer: Promise<A>) => Promise.race([answer, late]);
  return {
    txt: (name) => inTime(dns.txt(name)),
    a: (name) => inTime(dns.a(name)),
    aaaa: (name) => inTime(dns.aaaa(name)),
    mx: (name) => inTime(dns.mx(name)),
    ptr: (name) => inTime(dns.ptr(name)),
  };
}
