import { inSlices } from '../cms/index.ts';

const longestLine = 998;
const [CR, LF, DELETE] = [13, 10, 127];

/**
 * True when nothing on the way has a reason to change it (RFC 8551 §3.1.3): ASCII, lines of at most 998 octets that
 * end with CRLF. The event loop has its turns.
 */
export async function isSevenBit(entity: Buffer): Promise<boolean> {
  let state: LineState | null = { octets: 0, last: 0 };
  await inSlices([entity], (slice) => {
    if (state !== null) state = follow(slice, state);
  });
  // What a callback assigned is out of sight for the compiler.
  const end = state as LineState | null;
  return end !== null && end.last !== CR;
}

interface LineState {
  /** In the line so far. */
  readonly octets: number;
  readonly last: number;
}

/** Null when the slice holds something that is not 7-bit. */
function follow(slice: Buffer, { octets, last }: LineState): LineState | null {
  let [count, before] = [octets, last];
  for (let at = 0; at < slice.length; at += 1) {
    const byte = slice[at] ?? 0;
    if (byte >= DELETE || byte === 0 || (byte === LF) !== (before === CR)) return null;
    count = byte === LF ? 0 : count + 1;
    if (count > longestLine + 1) return null; // a CR may follow
    before = byte;
  }
  return { octets: count, last: before };
}
