import { randomBytes, randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** More than this is drawn by itself. */
const largestShare = 64;

/**
 * `count` bytes from the system's generator, for salts, nonces and keys. Small amounts are drawn together, since each
 * call costs as much as a message's worth of them; what was handed out is wiped from the stock.
 */
export function secureRandom(count: number): Buffer {
  if (count > largestShare) return randomBytes(count);
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const share = Buffer.alloc(count);
  pool.copy(share, 0, used, used + count);
  pool.fill(0, used, used + count);
  used += count;
  return share;
}
