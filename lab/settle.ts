import type { Loop } from '#platform/lifecycle/loop.ts';

/** A chain of events that never comes to rest is a fault; this many rounds show it. */
const mostRounds = 200;

/** Drives every background activity until none finds anything to do. Returns how many things were done. */
export async function settle(loops: readonly Loop[]): Promise<number> {
  let done = 0;
  for (let round = 0; round < mostRounds; round++) {
    let now = 0;
    for (const loop of loops) now += await loop.runUntilIdle();
    if (now === 0) return done;
    done += now;
  }
  throw new Error('The background activities do not come to rest');
}
