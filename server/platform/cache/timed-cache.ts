/** Keeps values until a moment that each brings along, at most `capacity` of them; the least recently used goes first. */
export interface TimedCache<K, V> {
  get(key: K, nowMs: number): V | undefined;
  set(key: K, value: V, untilMs: number): void;
  delete(key: K): void;
  clear(): void;
}

export function createTimedCache<K, V>(capacity: number): TimedCache<K, V> {
  const entries = new Map<K, { value: V; untilMs: number }>(); // in order of use
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.untilMs <= nowMs) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, untilMs) {
      entries.delete(key);
      entries.set(key, { value, untilMs });
      const [oldest] = entries.keys();
      if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
