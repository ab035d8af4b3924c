/** Values that may be a little old, so that hot paths need no query. */
export interface ExpiringCache<K, V> {
  of(key: K): Promise<V>;
  /** The next `of` loads again. Only this process forgets; others see the change within `keepMs`. */
  forget(key: K): void;
}

export interface ExpiringCacheOptions<K, V> {
  /** Called once for simultaneous callers. What it throws is thrown to them and not kept. */
  readonly load: (key: K) => Promise<V>;
  /** Real, not business time. */
  readonly keepMs: number;
  /** At most so many keys; the oldest goes first. Bounds the memory that strangers can make us use. */
  readonly capacity: number;
}

export function createExpiringCache<K, V>({
  load,
  keepMs,
  capacity,
}: ExpiringCacheOptions<K, V>): ExpiringCache<K, V> {
  const entries = new Map<K, { value: Promise<V>; until: number }>();

  return {
    of(key) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.until > performance.now()) return entry.value;
      const value = load(key);
      const fresh = { value, until: performance.now() + keepMs };
      entries.delete(key);
      entries.set(key, fresh);
      const [oldest] = entries.keys();
      if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
      value.catch(() => {
        if (entries.get(key) === fresh) entries.delete(key);
      });
      return value;
    },
    forget: (key) => void entries.delete(key),
  };
}
