import { inSlices } from '../cms/index.ts';

const lineCharacters = 76; // RFC 2045 §6.8
const lineOctets = 57;

/** `before`, then the content as base64 in lines with CRLF, then `after`; the event loop has its turns. */
export async function encodeBase64(
  content: readonly Buffer[],
  before: Buffer,
  after: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  const octets = content.reduce((sum, piece) => sum + piece.length, 0);
  const characters = Math.ceil(octets / 3) * 4 + Math.ceil(octets / lineOctets) * 2;
  const out = Buffer.allocUnsafe(before.length + characters + after.length);
  let length = before.copy(out);
  let rest: Buffer = Buffer.alloc(0);
  await inSlices(content, (slice) => {
    const joined = rest.length === 0 ? slice : Buffer.concat([rest, slice]);
    const whole = joined.length - (joined.length % lineOctets);
    length = writeLines(joined.subarray(0, whole), out, length);
    rest = joined.subarray(whole);
  });
  length = writeLines(rest, out, length);
  length += after.copy(out, length);
  return out.subarray(0, length);
}

/** Gives the end of what was written. By hand: a call for each line would take longer than the encoding. */
function writeLines(octets: Buffer, out: Buffer, start: number): number {
  const text = Buffer.from(octets.toString('base64'), 'latin1');
  let length = start;
  for (let at = 0; at < text.length; at += lineCharacters) {
    const end = Math.min(at + lineCharacters, text.length);
    for (let index = at; index < end; index += 1) out[length++] = text[index] ?? 0;
    out[length++] = 13;
    out[length++] = 10;
  }
  return length;
}

const [digit, blank, padding] = [1, 2, 3];
const kinds = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9+/]/.test(character)) return digit;
  if (/[\r\n\t ]/.test(character)) return blank;
  return character === '=' ? padding : 0;
});

/** Undoes base64 (RFC 2045 §6.8): line breaks and blanks are passed over, anything else is null. */
export async function decodeBase64(text: Buffer): Promise<Buffer | null> {
  const digits = Buffer.allocUnsafe(text.length);
  const out = Buffer.allocUnsafe(Math.ceil(text.length / 4) * 3);
  let written = 0;
  let state: Gathered | null = { length: 0, paddings: 0 };
  let decoded = 0;
  await inSlices([text], (slice) => {
    if (state === null) return;
    state = gather(slice, digits, state);
    if (state === null) return;
    const whole = state.length - (state.length % 4);
    written += out.write(digits.toString('latin1', decoded, whole), written, 'base64');
    decoded = whole;
  });
  const { length, paddings } = state ?? { length: 1, paddings: 0 };
  const left = length - decoded;
  if (left === 1 || (left + paddings) % 4 !== 0 || paddings > 2) return null;
  written += out.write(digits.toString('latin1', decoded, length), written, 'base64');
  return out.subarray(0, written);
}

interface Gathered {
  readonly length: number;
  readonly paddings: number;
}

/** Puts the digits of a slice after those that are there; null when something else is in it. */
function gather(slice: Buffer, digits: Buffer, { length, paddings }: Gathered): Gathered | null {
  let [count, ends] = [length, paddings];
  for (let at = 0; at < slice.length; at += 1) {
    const byte = slice[at] ?? 0;
    const kind = kinds[byte];
    if (kind === digit && ends === 0) digits[count++] = byte;
    else if (kind === padding) ends += 1;
    else if (kind !== blank) return null;
  }
  return { length: count, paddings: ends };
}
