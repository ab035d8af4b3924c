/** One element of BER (X.690 §8), by the bytes it takes. */
export interface BerNode {
  /** The identifier octet: class, the constructed bit, a number below 31. */
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly end: number;
  /** In their order; none for a primitive element. */
  readonly children: readonly BerNode[];
  /** No element in it, itself included, has an indefinite length. */
  readonly definite: boolean;
}

/** Far above what mail has: OpenSSL streams content in pieces of 4 KiB and more, others of 1,000 octets. */
export const berLimits = { depth: 40, elements: 100_000 };

interface Open {
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  /** Where a definite one ends; the end of its parent at most for an indefinite one. */
  readonly limit: number;
  readonly indefinite: boolean;
  readonly children: BerNode[];
  definite: boolean;
}

/**
 * Reads one element that takes all of `bytes`. Without recursion; work is linear in the number of elements and the
 * content of primitive ones is not looked at. Null when it is malformed, cut, followed by more, or beyond the limits.
 */
export function readBer(bytes: Buffer): BerNode | null {
  const open: Open[] = [];
  let position = 0;
  for (let elements = 0; elements <= berLimits.elements; elements += 1) {
    const limit = open.at(-1)?.limit ?? bytes.length;
    const header = readHeader(bytes, position, limit);
    if (header === null) return null;
    const { tag, contentStart, length } = header;
    let closed: BerNode | null = null;
    if (tag === 0) {
      const ended = length === 0 && contentStart === position + 2 ? open.pop() : undefined; // X.690 §8.1.5
      if (ended === undefined || !ended.indefinite) return null;
      closed = close(ended, position, contentStart);
    } else if ((tag & constructed) === 0) {
      if (length < 0) return null;
      const end = contentStart + length;
      closed = { tag, start: position, contentStart, contentEnd: end, end, children: [], definite: true };
    } else {
      if (open.length >= berLimits.depth) return null;
      const indefinite = length < 0;
      open.push({
        tag,
        start: position,
        contentStart,
        limit: indefinite ? limit : contentStart + length,
        indefinite,
        children: [],
        definite: !indefinite,
      });
    }
    position = closed === null ? contentStart : closed.end;
    // A closed element may have been the last of those around it.
    for (;;) {
      const around = open.at(-1);
      if (closed !== null) {
        if (around === undefined) return closed.end === bytes.length ? closed : null;
        around.children.push(closed);
        around.definite &&= closed.definite;
        closed = null;
      }
      if (around === undefined || around.indefinite || position !== around.limit) break;
      open.pop();
      closed = close(around, position, position);
    }
  }
  return null;
}

const constructed = 0x20;

function close(
  { tag, start, contentStart, children, definite }: Open,
  contentEnd: number,
  end: number,
): BerNode {
  return { tag, start, contentStart, contentEnd, end, children, definite };
}

/** `length` is -1 for an indefinite one. Null when the header or its content goes beyond `limit`. */
function readHeader(
  bytes: Buffer,
  at: number,
  limit: number,
): { readonly tag: number; readonly contentStart: number; readonly length: number } | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit || (tag & 31) === 31) return null;
  if (first === 0x80) return { tag, contentStart: at + 2, length: -1 };
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const contentStart = at + 2 + octets;
  if (octets > 4 || contentStart > limit) return null;
  const length = octets === 0 ? first : bytes.readUIntBE(at + 2, octets);
  return contentStart + length > limit ? null : { tag, contentStart, length };
}
