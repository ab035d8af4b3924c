import type { Clock } from '#platform/clock/clock.ts';

export interface TestClock extends Clock {
  set(instant: Date): void;
  /** Milliseconds. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until it is moved. */
export function testClock(start = new Date('2026-06-01T09:00:00Z')): TestClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    set: (instant) => {
      now = instant.getTime();
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}
