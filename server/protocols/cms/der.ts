/** Encoded elements as pieces that are put together once, at the end: content of 25 MB is not copied at each level. */
export type Der = readonly Buffer[];

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of context class; `explicit` and constructed implicit ones have the constructed bit. */
export function context(number: number, form: 'constructed' | 'primitive'): number {
  return 0x80 | (form === 'constructed' ? 0x20 : 0) | number;
}

/** One element of definite length (X.690 §10.1). */
export function element(tag: number, ...content: readonly Der[]): Der {
  const pieces = content.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [header(tag, length), ...pieces];
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const bytes = Buffer.alloc(2 + octets);
  bytes[0] = tag;
  bytes[1] = 0x80 | octets;
  bytes.writeUIntBE(length, 2, octets);
  return bytes;
}

export function sequence(...content: readonly Der[]): Der {
  return element(tags.sequence, ...content);
}

/** SET OF in the order that DER asks for (X.690 §11.6). */
export function setOf(members: readonly Der[]): Der {
  const encoded = members.map((member) => Buffer.concat(member));
  return element(tags.set, encoded.sort(Buffer.compare));
}

/** For 0 ≤ value < 128: versions and lengths. */
export function smallInteger(value: number): Der {
  return [Buffer.from([tags.integer, 1, value])];
}

export function octetString(...content: readonly Der[]): Der {
  return element(tags.octetString, ...content);
}

/** A bit string of whole octets. */
export function bitString(content: Buffer): Der {
  return element(tags.bitString, [Buffer.from([0]), content]);
}

export const nullValue: Der = [Buffer.from([tags.null, 0])];

/** From its dotted form; arcs below 2^31. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tags.oid, [Buffer.from([first * 40 + second, ...rest].flatMap(base128))]);
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) digits.unshift(0x80 | (rest & 0x7f));
  return digits;
}

/** UTCTime until 2049, GeneralizedTime after. RFC 5652 §11.3. */
export function time(at: Date): Der {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const isUtc = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050;
  return element(isUtc ? tags.utcTime : tags.generalizedTime, [
    Buffer.from(`${isUtc ? digits.slice(2) : digits}Z`, 'latin1'),
  ]);
}

/** AlgorithmIdentifier (RFC 5280 §4.1.1.2); parameters are left out unless given. */
export function algorithm(oid: string, parameters: Der = []): Der {
  return sequence(objectIdentifier(oid), parameters);
}
