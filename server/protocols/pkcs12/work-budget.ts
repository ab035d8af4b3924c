import { Pkcs12Error } from './errors.ts';

/** Programs write 2,048 to 600,000 for each part of a file. */
export const mostIterations = 2_000_000;

/** Iterations that a file may still cost. */
export interface WorkBudget {
  /** Throws Pkcs12Error 'too-much-work' before it is done. */
  spend(iterations: number): void;
}

export function workBudget(limit = mostIterations): WorkBudget {
  let left = limit;
  return {
    spend(iterations) {
      if (iterations < 1) throw new Pkcs12Error('malformed');
      left -= iterations;
      if (left < 0) throw new Pkcs12Error('too-much-work');
    },
  };
}
