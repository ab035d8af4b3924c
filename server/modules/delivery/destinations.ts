import type { DestinationRow } from './destination-store.ts';
import type { ReasonCode } from './reasons.ts';
import { learn, unknownDestination, type DestinationState, type Heard } from './destination.ts';

/** A conversation's place at a destination. */
export interface Place {
  /** Gives it back, with what the conversation told of the servers. */
  leave(heard: Heard | undefined): void;
}

/** How fast each destination is written to by this process, and who may go next. */
export interface Destinations {
  /**
   * Resolves when there is room, those of lower priority number first; 'resting' when the destination has asked for
   * a rest meanwhile.
   */
  enter(destination: string, priority: number): Promise<Place | 'resting'>;
  /** Why the destination rests just now; undefined when it does not. */
  restOf(destination: string): ReasonCode | undefined;
  /** Deliveries that may be held for it at a time: enough that its conversations do not stand still between two claims. */
  roomFor(destination: string, priority: number): number;
  /** What other processes have learned. */
  adopt(destination: string, row: DestinationRow): void;
  /** What was learned and is to be written down: bad news at once, good news every few seconds. */
  takeLearned(): { destination: string; state: DestinationState }[];
  /** How many processes share each destination. */
  shareWith(processes: number): void;
}

/** Where a destination takes more than one conversation, the last one is kept for those up to here. */
const urgentPriority = 3;
/** Deliveries held for each conversation. */
const heldEach = 8;
/** Cannot wait for the end of a rest: a code is of no use later. */
const restlessPriority = 0;
/** Deliveries whose destination is not known yet, for each domain of an organisation. */
const roomUnknown = 40;
const mostKept = 5_000;
const goodNewsMs = 3_000;

interface Entry {
  state: DestinationState;
  /** Conversations in progress. */
  inUse: number;
  waiting: { priority: number; enter: (answer: 'enter' | 'resting') => void }[];
}

export function createDestinations(
  now: () => Date,
  onRest: (because: ReasonCode) => void = () => undefined,
): Destinations {
  const entries = new Map<string, Entry>();
  const learned = new Map<string, DestinationState>();
  let processes = 1;
  let badNews = false;
  let writtenAt = performance.now();

  function entryOf(destination: string): Entry {
    let entry = entries.get(destination);
    if (entry === undefined) {
      if (entries.size >= mostKept) forgetIdle();
      entry = { state: unknownDestination(now()), inUse: 0, waiting: [] };
      entries.set(destination, entry);
    }
    return entry;
  }

  function forgetIdle(): void {
    for (const [destination, { inUse, waiting }] of entries)
      if (inUse === 0 && waiting.length === 0) entries.delete(destination);
  }

  const isResting = ({ state }: Entry): boolean => state.restsUntil !== null && state.restsUntil > now();
  function limitOf({ state }: Entry, priority: number): number {
    const limit = Math.max(1, Math.floor(state.concurrency / processes));
    return priority <= urgentPriority ? limit : Math.max(1, limit - 1);
  }

  function letIn(entry: Entry): void {
    const stays: Entry['waiting'] = [];
    for (const one of entry.waiting) {
      if (one.priority > restlessPriority && isResting(entry)) one.enter('resting');
      else if (entry.inUse < limitOf(entry, one.priority)) {
        entry.inUse += 1;
        one.enter('enter');
      } else stays.push(one);
    }
    entry.waiting = stays;
  }

  return {
    async enter(destination, priority) {
      const entry = entryOf(destination);
      const answer = await new Promise<'enter' | 'resting'>((enter) => {
        const before = entry.waiting.findIndex((other) => other.priority > priority);
        entry.waiting.splice(before === -1 ? entry.waiting.length : before, 0, { priority, enter });
        letIn(entry);
      });
      if (answer === 'resting') return answer;
      return {
        leave(heard) {
          entry.inUse -= 1;
          if (heard !== undefined) {
            const state = learn(entry.state, heard, now());
            if (state !== entry.state) learned.set(destination, state);
            if (state !== entry.state && heard.kind !== 'well') badNews = true;
            if (state.because !== null && state.restsUntil !== entry.state.restsUntil) onRest(state.because);
            entry.state = state;
          }
          letIn(entry);
        },
      };
    },
    restOf(destination) {
      const entry = entries.get(destination);
      return entry !== undefined && isResting(entry)
        ? (entry.state.because ?? 'server-asked-to-wait')
        : undefined;
    },
    roomFor(destination, priority) {
      if (destination === '') return roomUnknown;
      return limitOf(entryOf(destination), priority) * heldEach;
    },
    adopt(destination, row) {
      const entry = entryOf(destination);
      if (row.heard_at <= entry.state.heardAt) return;
      entry.state = {
        concurrency: row.concurrency,
        threshold: row.threshold,
        failures: row.failures,
        restsUntil: row.rests_until,
        because: row.because,
        replyCode: row.reply_code,
        heardAt: row.heard_at,
      };
      letIn(entry);
    },
    takeLearned() {
      if (!badNews && performance.now() - writtenAt < goodNewsMs) return [];
      badNews = false;
      writtenAt = performance.now();
      const taken = [...learned].map(([destination, state]) => ({ destination, state }));
      learned.clear();
      return taken;
    },
    shareWith(count) {
      processes = count;
    },
  };
}
