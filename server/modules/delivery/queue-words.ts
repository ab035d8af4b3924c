import { reasonWords, type ReasonCode } from './reasons.ts';

/** What is known about a delivery that waits. */
export interface Waiting {
  readonly state: 'queued' | 'deferred' | 'uncertain' | 'held';
  readonly reason: ReasonCode;
  readonly nextAttemptAt: Date | null;
  /** How the last attempt ended; null before the first. */
  readonly last: {
    readonly at: Date;
    readonly server: string | null;
    readonly replyCode: number | null;
  } | null;
  /** Of its destination; null when it does not rest. */
  readonly rest: Rest | null;
  /** Why a person lets it rest; null when nobody does. */
  readonly paused: string | null;
  /** Before it at the same destination, up to 1,000. */
  readonly ahead: number;
}

/** A destination that is left alone for a while. */
export interface Rest {
  readonly until: Date;
  readonly since: Date;
  readonly server: string;
  readonly because: ReasonCode;
  readonly replyCode: number | null;
}

/** Why a delivery waits and what comes next, in a sentence that an operator can act on. Names servers, never people. */
export function whyItWaits(waiting: Waiting, now: Date): string {
  const { state, reason, nextAttemptAt, last, rest, paused, ahead } = waiting;
  if (state === 'held') return `Held: ${reasonWords[reason]}`;
  if (state === 'uncertain' && nextAttemptAt === null)
    return 'Waiting for a person: the connection was lost after the last byte, and it may have arrived.';
  if (paused !== null) return `Waiting: paused by a person (${paused}). It goes on when the pause is ended.`;
  const next =
    rest !== null && (nextAttemptAt === null || rest.until > nextAttemptAt) ? rest.until : nextAttemptAt;
  const turn = next === null || next <= now ? 'its turn comes next' : `next try ${clockTime(next, now)}`;
  const before = ahead === 0 ? '' : `; ${ahead >= 1_000 ? '1,000 or more' : String(ahead)} ahead of it`;
  return `Waiting: ${cause()}${turn}${before}.`;

  function cause(): string {
    if (rest !== null) return `${restWords(rest, now)}; `;
    if (last === null) return '';
    const server = last.server ?? 'their mail server';
    const code = last.replyCode === null ? '' : ` (${last.replyCode})`;
    return `${sayOf(reason, server, code)} ${clockTime(last.at, now)}; `;
  }
}

/** Why a destination rests. */
export function restWords({ since, server, because, replyCode }: Rest, now: Date): string {
  return `${sayOf(because, server, replyCode === null ? '' : ` (${replyCode})`)} ${clockTime(since, now)}`;
}

const sayings: Partial<Record<ReasonCode, (server: string, code: string) => string>> = {
  'server-asked-to-wait': (server, code) => `${server} asked to slow down or to come again later${code}`,
  'server-unreachable': (server, code) => `${server} did not answer${code}`,
  'connection-lost': (server) => `${server} ended the connection too early`,
  'lost-after-last-byte': (server) => `the connection to ${server} was lost after the last byte`,
  'name-lookup-failed': () => 'the servers of the domain could not be looked up',
  'tls-needed': (server, code) => `${server} did not offer the secure connection that is required${code}`,
};

/** Ends in "at": the time follows. */
const sayOf = (reason: ReasonCode, server: string, code: string): string =>
  `${sayings[reason]?.(server, code) ?? reasonWords[reason].replace(/\.$/, '')} at`;

/** Hours and minutes, with the day when it is another; UTC. */
function clockTime(at: Date, now: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const minutes = `${time.slice(0, 5)} UTC`;
  return day === now.toISOString().slice(0, 10) ? minutes : `${day} ${minutes}`;
}
