import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';

/** Items of one commit, at most. */
const mostAtOnce = 50;
/** Commits of one lane under way, at most: while one waits for the disk, another can prepare. */
const mostCommits = 2;
/** So many must wait before a second begins: larger commits cost less. */
const crowd = 8;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface LaneState<Item, Answer> {
  waiting: Waiting<Item, Answer>[];
  running: number;
}

/**
 * Many messages, one fsync. A message that comes alone is committed at once; those of the same lane that
 * come while a commit is under way gather and go together in the next; where many gather, a second commit
 * begins beside the first. Nobody ever waits for a timer.
 * Lanes (organisations) do not wait for each other, and one commit holds one lane only.
 *
 * `commit` answers in the order given, or throws and has stored nothing. Then the items are tried one by
 * one, so that one that cannot be stored does not take the others with it; unless the database is away.
 */
export function createLaneCommit<Lane, Item, Answer>(
  commit: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (lane: Lane, item: Item) => Promise<Answer> {
  const lanes = new Map<Lane, LaneState<Item, Answer>>();

  async function settle(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await commit(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('A commit did not answer each of its items'));
        else resolve(answer);
      }
    } catch (error) {
      if (batch.length === 1 || error instanceof DatabaseUnavailable) {
        for (const { reject } of batch) reject(error);
      } else for (const one of batch) await settle([one]);
    }
  }

  /** A lane is in the map exactly while something of it runs. */
  async function run(lane: Lane, state: LaneState<Item, Answer>): Promise<void> {
    await nextTurn(); // what else came in this turn of the event loop goes along
    while (state.waiting.length > 0) await settle(state.waiting.splice(0, mostAtOnce));
    state.running -= 1;
    if (state.running === 0) lanes.delete(lane);
  }

  return (lane, item) =>
    new Promise((resolve, reject) => {
      const state = lanes.get(lane) ?? { waiting: [], running: 0 };
      lanes.set(lane, state);
      state.waiting.push({ item, resolve, reject });
      if (state.running >= (state.waiting.length < crowd ? 1 : mostCommits)) return;
      state.running += 1;
      void run(lane, state);
    });
}
