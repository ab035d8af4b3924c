/*
 * Arrays in PostgreSQL's binary form. As text, which is what pg makes of a JavaScript array, bytes are doubled to
 * hexadecimal, quoted, and read character by character; statements that carry many rows or much content spare that.
 * A parameter that is given so must be cast to the type in the statement: ${byteaArray(…)}::bytea[].
 */

const oidOf = { bytea: 17, uuid: 2950 } as const;

/** `bytea[]` of one dimension. */
export function byteaArray(items: readonly (Buffer | null)[]): Buffer {
  return encode(oidOf.bytea, items);
}

/** `uuid[]` of one dimension. Takes the textual form. */
export function uuidArray(items: readonly (string | null)[]): Buffer {
  return encode(
    oidOf.uuid,
    items.map((item) => (item === null ? null : Buffer.from(item.replaceAll('-', ''), 'hex'))),
  );
}

function encode(oid: number, items: readonly (Buffer | null)[]): Buffer {
  if (items.length === 0) return head(0, false, oid);
  const pieces = [head(1, items.includes(null), oid), pair(items.length, 1)];
  for (const item of items) {
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(item === null ? -1 : item.length);
    pieces.push(length);
    if (item !== null) pieces.push(item);
  }
  return Buffer.concat(pieces);
}

function head(dimensions: number, hasNull: boolean, oid: number): Buffer {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeInt32BE(dimensions);
  bytes.writeInt32BE(hasNull ? 1 : 0, 4);
  bytes.writeUInt32BE(oid, 8);
  return bytes;
}

function pair(first: number, second: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32BE(first);
  bytes.writeInt32BE(second, 4);
  return bytes;
}
