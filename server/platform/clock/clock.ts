/** The one source of business time. Nothing else calls Date.now() for what the product decides. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
