/** Lets at most `limit` holders in for each key; others wait in order. */
export interface KeyedLimit {
  /** Resolves with the release, once there is room. */
  enter(key: string): Promise<() => void>;
}

export function createKeyedLimit(limit: number): KeyedLimit {
  const places = new Map<string, { held: number; waiting: (() => void)[] }>();

  function leave(key: string): void {
    const place = places.get(key);
    if (place === undefined) return;
    const next = place.waiting.shift();
    if (next !== undefined) return next(); // the place passes on
    place.held -= 1;
    if (place.held === 0) places.delete(key);
  }

  return {
    async enter(key) {
      let place = places.get(key);
      if (place === undefined) {
        place = { held: 0, waiting: [] };
        places.set(key, place);
      }
      if (place.held < limit) place.held += 1;
      else await new Promise<void>((enter) => place.waiting.push(enter));
      return () => leave(key);
    },
  };
}
