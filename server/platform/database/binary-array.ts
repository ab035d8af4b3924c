/*
 * Arrays in PostgreSQL's binary form. As text, which is what pg makes of a JavaScript array, bytes are doubled to
 * hexadecimal, quoted, and read character by character; statements that carry many rows or much content spare that.
 * A parameter that is given so must be cast to the type in the statement: ${byteaArray(…)}::bytea[].
 */

const oidOf = { bytea: 17, integer: 23, text: 25, uuid: 2950 } as const;

/** Bytes before the items: dimensions, whether there are nulls, type, length, lower bound. */
const headBytes = 20;
const uuidBytes = 16;

/** `bytea[]` of one dimension. */
export function byteaArray(items: readonly (Buffer | null)[]): Buffer {
  let bytes = headBytes + 4 * items.length;
  for (const item of items) bytes += item?.length ?? 0;
  return encode(oidOf.bytea, items, bytes, (target, at, item) => {
    target.set(item, at);
    return item.length;
  });
}

/** `text[]` of one dimension. */
export function textArray(items: readonly (string | null)[]): Buffer {
  let bytes = headBytes + 4 * items.length;
  for (const item of items) bytes += item === null ? 0 : Buffer.byteLength(item);
  return encode(oidOf.text, items, bytes, (target, at, item) => target.write(item, at));
}

/** `integer[]` of one dimension: -2^31 to 2^31 - 1. */
export function integerArray(items: readonly (number | null)[]): Buffer {
  return encode(oidOf.integer, items, headBytes + 8 * items.length, (target, at, item) => {
    target.writeInt32BE(item, at);
    return 4;
  });
}

/** `uuid[]` of one dimension. Takes the textual form. */
export function uuidArray(items: readonly (string | null)[]): Buffer {
  return encode(oidOf.uuid, items, headBytes + (4 + uuidBytes) * items.length, writeUuid);
}

/** `bytes`: at least what all of it takes. `write` answers how many an item took. */
function encode<Item>(
  oid: number,
  items: readonly (Item | null)[],
  bytes: number,
  write: (target: Buffer, at: number, item: Item) => number,
): Buffer {
  const target = Buffer.allocUnsafe(bytes);
  const isEmpty = items.length === 0;
  target.writeInt32BE(isEmpty ? 0 : 1);
  target.writeInt32BE(items.includes(null) ? 1 : 0, 4);
  target.writeUInt32BE(oid, 8);
  if (isEmpty) return target.subarray(0, 12);
  target.writeInt32BE(items.length, 12);
  target.writeInt32BE(1, 16);
  let at = headBytes;
  for (const item of items) {
    const length = item === null ? 0 : write(target, at + 4, item);
    target.writeInt32BE(item === null ? -1 : length, at);
    at += 4 + length;
  }
  return target.subarray(0, at);
}

const dash = 45;

/** Digit by digit into its place: with a string and a Buffer for each in between it costs five times as much. */
function writeUuid(target: Buffer, at: number, text: string): number {
  let place = at;
  for (let index = 0; index < text.length; index += 2) {
    if (text.charCodeAt(index) === dash) index += 1;
    target[place] = (digit(text.charCodeAt(index)) << 4) | digit(text.charCodeAt(index + 1));
    place += 1;
  }
  if (place !== at + uuidBytes) throw new RangeError('Not a UUID');
  return uuidBytes;
}

/** Of a hexadecimal digit, 0 to 15. Throws RangeError for anything else. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  throw new RangeError('Not a UUID');
}
