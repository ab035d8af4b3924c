import type { MimeEntity } from './mime-entity.ts';

export interface MultipartContent {
  /** Exact bytes of each part, without the line break that belongs to the delimiter. */
  readonly parts: readonly Buffer[];
  /** Something other than white space stands before the first or after the last delimiter. */
  readonly hasOuterText: boolean;
}

const CRLF = '\r\n';
const mostParts = 1_000;

/**
 * The parts of a multipart, by the strict reading of RFC 2046 §5.1.1: CRLF line ends, a boundary of 1 to 70
 * characters, a closing delimiter. Null when it is none of that, or when a line begins as a delimiter does and
 * goes on otherwise: such a line is a delimiter to some readers only. Linear in the length of the body.
 */
export function splitMultipart(entity: MimeEntity): MultipartContent | null {
  const boundary = entity.parameters.get('boundary') ?? '';
  if (!entity.type.startsWith('multipart/')) return null;
  if (!/^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary)) return null;
  const { body } = entity;
  const dashes = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let partStart = -1;
  let hasOuterText = false;
  for (let at = body.indexOf(dashes); at >= 0; at = body.indexOf(dashes, at + 1)) {
    const startsLine = at === 0 || body.toString('latin1', Math.max(0, at - 2), at) === CRLF;
    if (!startsLine) {
      if (body[at - 1] === 10) return null; // a bare LF: a line to some readers only
      continue;
    }
    const lineEnd = endOfLine(body, at);
    const rest = body.toString('latin1', at + dashes.length, Math.min(lineEnd, at + dashes.length + 100));
    const closes = rest.startsWith('--');
    if (!/^(?:--)?[ \t]*$/.test(rest) || lineEnd - at > dashes.length + 90) return null;
    if (partStart < 0) hasOuterText = !isBlank(body.subarray(0, at));
    else parts.push(body.subarray(partStart, Math.max(partStart, at - 2)));
    if (closes) {
      hasOuterText ||= !isBlank(body.subarray(lineEnd));
      return parts.length === 0 ? null : { parts, hasOuterText };
    }
    if (parts.length >= mostParts || lineEnd >= body.length) return null;
    partStart = lineEnd + 2;
    at = lineEnd - 1;
  }
  return null;
}

/** Where the CRLF of the line begins that `at` is in, or the end. */
function endOfLine(body: Buffer, at: number): number {
  const found = body.indexOf(CRLF, at, 'latin1');
  return found < 0 ? body.length : found;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === 13 || byte === 10);
}
