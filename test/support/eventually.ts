import { setTimeout as delay } from 'node:timers/promises';

/**
 * What `look` finds, once it finds something: for what happens in another process and tells nobody.
 * Throws after `limitMs` (default 20 s), naming `what`.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  limitMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`In ${limitMs / 1000} s it did not come to this: ${what}`);
    await delay(150);
  }
}
