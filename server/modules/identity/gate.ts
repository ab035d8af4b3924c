/** Lets a few in at once, makes some wait, and turns the rest away. */
export interface Gate {
  /** What `work` answers; undefined when it was turned away, and `work` was not called. */
  run<T>(work: () => Promise<T>): Promise<{ value: T } | undefined>;
}

export function createGate({ running, waiting }: { running: number; waiting: number }): Gate {
  const queue: (() => void)[] = [];
  let active = 0;

  return {
    async run(work) {
      if (active >= running) {
        if (queue.length >= waiting) return undefined;
        await new Promise<void>((enter) => queue.push(enter)); // whoever leaves hands the place over
      } else {
        active += 1;
      }
      try {
        return { value: await work() };
      } finally {
        const next = queue.shift();
        if (next === undefined) active -= 1;
        else next();
      }
    },
  };
}
