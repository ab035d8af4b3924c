/**
 * Many callers, one round trip: while a run is under way, what comes in gathers and goes together in the
 * next. Each caller gets the answer of the run that held its items, or its error.
 */
export function createGroupCommit<Item, Answer>(
  run: (items: readonly Item[]) => Promise<Answer>,
): (items: readonly Item[]) => Promise<Answer> {
  let waiting: { items: Item[]; answer: Promise<Answer> } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  return (items) => {
    if (waiting !== undefined) {
      waiting.items.push(...items);
      return waiting.answer;
    }
    const gathered = [...items];
    const answer = last.then(() => {
      waiting = undefined;
      return run(gathered);
    });
    waiting = { items: gathered, answer };
    last = answer.catch(() => undefined);
    return answer;
  };
}
