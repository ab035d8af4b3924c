/** One header field of a message or of a part, as its bytes stand. */
export interface RawField {
  /** As written. */
  readonly name: string;
  /** Lower case. */
  readonly key: string;
  /** First byte after the colon. */
  readonly valueStart: number;
  /** Where the line break that ends the field begins. */
  readonly valueEnd: number;
}

/** More fields than this in one part are passed over. */
export const mostFields = 1_000;

const CR = 13;
const LF = 10;

/** End of the line that begins at `start`: where its break begins and where the next line begins. */
export function lineAt(
  raw: Buffer,
  start: number,
  end: number,
): { readonly end: number; readonly next: number } {
  const found = raw.indexOf(LF, start);
  if (found < 0 || found >= end) return { end, next: end };
  return { end: found > start && raw[found - 1] === CR ? found - 1 : found, next: found + 1 };
}

/**
 * Reads the header fields that begin at `start`, forgivingly: lines that are neither a field nor the
 * continuation of one are passed over. Stops at the empty line, at `end`, or at a line for which
 * `isDelimiter` holds; `bodyStart` is what comes then.
 */
export function readFields(
  raw: Buffer,
  start: number,
  end: number,
  isDelimiter: (lineStart: number, lineEnd: number) => boolean,
): { readonly fields: readonly RawField[]; readonly bodyStart: number } {
  const fields: { name: string; key: string; valueStart: number; valueEnd: number }[] = [];
  let position = start;
  while (position < end) {
    const line = lineAt(raw, position, end);
    if (line.end === position) return { fields, bodyStart: line.next };
    if (isDelimiter(position, line.end)) return { fields, bodyStart: position };
    const first = raw[position];
    const last = fields.at(-1);
    if (first === 32 || first === 9) {
      if (last !== undefined) last.valueEnd = line.end;
    } else if (fields.length < mostFields) {
      const field = readField(raw, position, line.end);
      if (field !== null) fields.push(field);
    }
    position = line.next;
  }
  return { fields, bodyStart: end };
}

function readField(raw: Buffer, start: number, end: number): RawField | null {
  const colon = raw.subarray(start, end).indexOf(58);
  if (colon <= 0 || colon > 200) return null;
  const name = raw.toString('latin1', start, start + colon).trimEnd();
  if (!/^[!-9;-~]+$/.test(name)) return null;
  return { name, key: name.toLowerCase(), valueStart: start + colon + 1, valueEnd: end };
}

/** The value of a field as RFC 8621 §4.1.2.1 Raw: all octets after the colon, folding kept, as UTF-8. */
export function rawValue(raw: Buffer, field: RawField): string {
  return raw.toString('utf8', field.valueStart, field.valueEnd).replaceAll('\0', '');
}
