import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** More than this is drawn by itself. */
const largestShare = 64;

/** `count` bytes from the system's generator, for salts, nonces and keys. */
export function secureRandom(count: number): Buffer {
  const share = Buffer.allocUnsafe(count);
  fillRandom(share);
  return share;
}

/**
 * Fills `target` from the system's generator. Small amounts are drawn together, since each call costs as much as a
 * message's worth of them; what was handed out is wiped from the stock.
 */
export function fillRandom(target: Buffer): void {
  const count = target.length;
  if (count > largestShare) return void randomFillSync(target);
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  for (let index = 0; index < count; index += 1) {
    target[index] = pool[used + index] ?? 0;
    pool[used + index] = 0;
  }
  used += count;
}
