/** Undoes a Content-Transfer-Encoding (RFC 2045 §6), forgivingly; `isProblem` when it is none we know. */
export function decodeTransfer(
  bytes: Buffer,
  encoding: string,
): { readonly content: Buffer; readonly isProblem: boolean } {
  switch (encoding) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return { content: bytes, isProblem: false };
    case 'base64':
      return { content: decodeBase64(bytes), isProblem: false };
    case 'quoted-printable':
      return { content: decodeQuotedPrintable(bytes), isProblem: false };
    default:
      return { content: bytes, isProblem: true };
  }
}

/** Concatenated base64 with padding between is read to its end; Node alone would stop at the first "=". */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/[^A-Za-z0-9+/=]/g, '');
  const padding = text.indexOf('=');
  if (padding < 0 || /^=+$/.test(text.slice(padding))) return Buffer.from(text, 'base64');
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('=', at);
    const end = found < 0 ? text.length : found;
    if (end > at) length += out.write(text.slice(at, end), length, 'base64');
    at = end + 1;
  }
  return out.subarray(0, length);
}

const EQUALS = 61;

function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 32 || byte === 9) {
      const afterSpace = endOfSpaces(bytes, i);
      const next = bytes[afterSpace];
      if (next === 10 || (next === 13 && bytes[afterSpace + 1] === 10)) {
        i = afterSpace - 1; // RFC 2045 §6.7 (3): space at the end of a line was added on the way
        continue;
      }
      length += bytes.copy(out, length, i, afterSpace);
      i = afterSpace - 1;
      continue;
    }
    if (byte !== EQUALS) {
      out[length] = byte;
      length += 1;
      continue;
    }
    const high = hexDigit(bytes[i + 1]);
    const low = hexDigit(bytes[i + 2]);
    if (high >= 0 && low >= 0) {
      out[length] = high * 16 + low;
      length += 1;
      i += 2;
      continue;
    }
    const lineEnd = endOfSpaces(bytes, i + 1);
    if (bytes[lineEnd] === 10) i = lineEnd;
    else if (bytes[lineEnd] === 13 && bytes[lineEnd + 1] === 10) i = lineEnd + 1;
    else if (lineEnd < bytes.length) {
      out[length] = byte; // RFC 2045 §6.7: a stray "=" stays
      length += 1;
    }
  }
  return out.subarray(0, length);
}

function endOfSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at += 1;
  return at;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}
