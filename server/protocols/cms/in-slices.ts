import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** About a millisecond of AES or SHA-2. */
const sliceBytes = 512 * 1024;

/** Gives `visit` all pieces in slices, and the event loop a turn after each: other connections do not wait. */
export async function inSlices(pieces: readonly Buffer[], visit: (slice: Buffer) => void): Promise<void> {
  let sinceTurn = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += sliceBytes) {
      const slice = piece.subarray(at, at + sliceBytes);
      visit(slice);
      sinceTurn += slice.length;
      if (sinceTurn < sliceBytes) continue;
      await setImmediate();
      sinceTurn = 0;
    }
  }
}

export async function digestOf(pieces: readonly Buffer[], algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  await inSlices(pieces, (slice) => void hash.update(slice));
  return hash.digest();
}
