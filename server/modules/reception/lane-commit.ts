import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';

/** Items of one commit, at most. */
const mostAtOnce = 50;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many messages, one fsync. A message that comes alone is committed at once; those of the same lane that
 * come while a commit is under way gather and go together in the next. Nobody ever waits for a timer.
 * Lanes (organisations) do not wait for each other, and one commit holds one lane only.
 *
 * `commit` answers in the order given, or throws and has stored nothing. Then the items are tried one by
 * one, so that one that cannot be stored does not take the others with it; unless the database is away.
 */
export function createLaneCommit<Lane, Item, Answer>(
  commit: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (lane: Lane, item: Item) => Promise<Answer> {
  /** What waits in each lane in which a commit is under way. */
  const lanes = new Map<Lane, Waiting<Item, Answer>[]>();

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

  async function run(lane: Lane, waiting: Waiting<Item, Answer>[]): Promise<void> {
    await nextTurn(); // what else came in this turn of the event loop goes along
    while (waiting.length > 0) await settle(waiting.splice(0, mostAtOnce));
    lanes.delete(lane);
  }

  return (lane, item) =>
    new Promise((resolve, reject) => {
      const gathering = lanes.get(lane);
      const one = { item, resolve, reject };
      if (gathering !== undefined) return void gathering.push(one);
      const waiting = [one];
      lanes.set(lane, waiting);
      void run(lane, waiting);
    });
}
