import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';

/** Runs `work` again while the database is away, for at most `limitMs`; other errors pass at once. */
export async function untilReachable<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
  const end = performance.now() + limitMs;
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || performance.now() + wait > end) throw error;
      await delay(wait);
    }
  }
}
