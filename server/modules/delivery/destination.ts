import type { ReasonCode } from './reasons.ts';

/** What is known of how fast a destination (a set of mail servers) takes mail. */
export interface DestinationState {
  /** Conversations at a time, by all processes together. Grows by fractions; never below 1. */
  readonly concurrency: number;
  /** Up to here it grows by one a success, beyond by one every eight rounds; as TCP finds its pace. */
  readonly threshold: number;
  /** Bad news in a row that said something of the servers as a whole. */
  readonly failures: number;
  /** Nothing is begun before, except what cannot wait. */
  readonly restsUntil: Date | null;
  /** The latest bad news; null when the latest was good. */
  readonly because: ReasonCode | null;
  readonly replyCode: number | null;
  readonly heardAt: Date;
}

/** What a conversation tells of the servers that it was held with. */
export type Heard =
  | { readonly kind: 'well' } // they took it, or refused this one for good
  | ({ readonly kind: 'ease' } & BadNews) // less at a time: 450 of one recipient, a connection that was lost
  | ({ readonly kind: 'rest' } & BadNews) // nothing for a while: 421, or refused before the first recipient
  | ({ readonly kind: 'unreachable' } & BadNews); // no answer at all: once may be chance

interface BadNews {
  readonly because: ReasonCode;
  readonly replyCode: number | null;
}

/** Most conversations at a time with one destination. */
export const mostConversations = 20;
/** And with one that nothing is known of. */
export const firstConversations = 3;
/** Beyond a halving: so many rounds of all conversations well before one more is tried, which may be refused again. */
const roundsForOneMore = 8;
const firstRestMs = 15_000;
const longestRestMs = 600_000;
/** Answers of conversations that were under way together are one piece of bad news. */
const sameNewsMs = 1_000;

export const unknownDestination = (now: Date): DestinationState => ({
  concurrency: firstConversations,
  threshold: mostConversations,
  failures: 0,
  restsUntil: null,
  because: null,
  replyCode: null,
  heardAt: now,
});

/** The rules from news to pace. Pure. */
export function learn(state: DestinationState, heard: Heard, now: Date): DestinationState {
  const resting = state.restsUntil !== null && state.restsUntil > now;
  if (heard.kind === 'well') {
    const { concurrency, threshold } = state;
    const grown = concurrency + (concurrency < threshold ? 1 : 1 / (roundsForOneMore * concurrency));
    return {
      ...state,
      concurrency: Math.min(mostConversations, grown),
      failures: 0,
      restsUntil: resting ? state.restsUntil : null,
      because: resting ? state.because : null,
      replyCode: resting ? state.replyCode : null,
      heardAt: now,
    };
  }
  const { because, replyCode } = heard;
  const same = state.because !== null && now.getTime() - state.heardAt.getTime() < sameNewsMs;
  if (resting || (same && heard.kind === 'ease')) return state;
  const halved = Math.max(1, state.concurrency / 2);
  const failures = state.failures + (heard.kind === 'ease' ? 0 : 1);
  const rests = heard.kind === 'rest' ? failures - 1 : heard.kind === 'unreachable' ? failures - 2 : -1;
  const restMs = rests < 0 ? 0 : Math.min(longestRestMs, firstRestMs * 2 ** Math.min(rests, 10));
  return {
    concurrency: halved,
    threshold: halved,
    failures,
    restsUntil: restMs > 0 ? new Date(now.getTime() + restMs) : null,
    because,
    replyCode,
    heardAt: now,
  };
}
