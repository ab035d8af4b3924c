/** Lets holders in as long as what they hold together stays within a number of bytes; others wait in order. */
export interface ByteBudget {
  /** Resolves with the release. One that is larger than the whole budget gets in alone. */
  enter(bytes: number): Promise<() => void>;
}

export function createByteBudget(limit: number): ByteBudget {
  const waiting: { cost: number; enter: () => void }[] = [];
  let free = limit;

  function letIn(): void {
    for (let next = waiting[0]; next !== undefined && next.cost <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.cost;
      next.enter();
    }
  }

  return {
    async enter(bytes) {
      const cost = Math.min(bytes, limit);
      await new Promise<void>((enter) => {
        waiting.push({ cost, enter });
        letIn();
      });
      return () => {
        free += cost;
        letIn();
      };
    },
  };
}
