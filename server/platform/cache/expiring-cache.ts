import { createTimedCache } from './timed-cache.ts';

/** Values that may be a little old, so that hot paths need no query. */
export interface ExpiringCache<K, V> {
  of(key: K): Promise<V>;
  /** The next `of` loads again. Only this process forgets; others see the change within `keepMs`. */
  forget(key: K): void;
}

export interface ExpiringCacheOptions<K, V> {
  /** Called once for simultaneous callers. What it throws is thrown to them and not kept. */
  readonly load: (key: K) => Promise<V>;
  /** From the beginning of loading on. Real, not business time. */
  readonly keepMs: number;
  /** At most so many keys; the least recently used goes first. Bounds the memory that strangers can make us use. */
  readonly capacity: number;
}

export function createExpiringCache<K, V>({
  load,
  keepMs,
  capacity,
}: ExpiringCacheOptions<K, V>): ExpiringCache<K, V> {
  const kept = createTimedCache<K, Promise<V>>(capacity);

  return {
    of(key) {
      const known = kept.get(key, performance.now());
      if (known !== undefined) return known;
      const loading = load(key);
      kept.set(key, loading, performance.now() + keepMs);
      loading.catch(() => {
        if (kept.get(key, performance.now()) === loading) kept.delete(key); // not what was loaded since
      });
      return loading;
    },
    forget: (key) => kept.delete(key),
  };
}
