/** Limits of one header section. RFC 5322 sets none; these are far above what mail has and far below what hurts. */
export const headerLimits = { bytes: 256 * 1024, fields: 2000 };

export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** Lower case, for comparing. */
  readonly key: string;
  /** Unfolded and trimmed; UTF-8 (RFC 6532), or Latin-1 where the bytes are not UTF-8. Encoded words are left alone. */
  readonly value: string;
  /** The field's bytes in the section, first byte of the name to the CRLF after its last line. */
  readonly start: number;
  readonly end: number;
}

export interface HeaderSection {
  readonly fields: readonly HeaderField[];
  /** Where the fields end: offset of the empty line, or of the end of the bytes when there is none. */
  readonly fieldsEnd: number;
  /** First byte after the empty line. */
  readonly bodyStart: number;
}

export type HeaderProblem =
  | 'header-too-large' // above headerLimits.bytes without an empty line
  | 'too-many-fields' // above headerLimits.fields
  | 'bare-line-break' // CR without LF or LF without CR (RFC 5322 §2.3)
  | 'nul-byte'
  | 'malformed-field'; // a line that is neither a field nor the continuation of one

export type HeaderResult =
  | { readonly ok: true; readonly section: HeaderSection }
  | { readonly ok: false; readonly problem: HeaderProblem };

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

/**
 * Reads the header section of a message (RFC 5322 §2.2); what follows the empty line is not looked at.
 * A message may be nothing but a header section. Anything that other readers could understand in
 * another way is a problem, not a guess: a hidden field is how Bcc leaks and signatures are fooled.
 */
export function parseHeaderSection(raw: Buffer): HeaderResult {
  const fields: HeaderField[] = [];
  let position = 0;
  while (position < raw.length) {
    const lineEnd = endOfField(raw, position);
    if (typeof lineEnd === 'string') return { ok: false, problem: lineEnd };
    if (lineEnd - position === 2 && raw[position] === CR) {
      return { ok: true, section: { fields, fieldsEnd: position, bodyStart: lineEnd } };
    }
    if (lineEnd > headerLimits.bytes) return { ok: false, problem: 'header-too-large' };
    if (fields.length === headerLimits.fields) return { ok: false, problem: 'too-many-fields' };
    const field = readField(raw, position, lineEnd);
    if (field === null) return { ok: false, problem: 'malformed-field' };
    fields.push(field);
    position = lineEnd;
  }
  return { ok: true, section: { fields, fieldsEnd: raw.length, bodyStart: raw.length } };
}

/** Offset after the field that begins at `start`, its continuation lines included; the empty line is 2 bytes long. */
function endOfField(raw: Buffer, start: number): number | HeaderProblem {
  let lineStart = start;
  for (let index = start; index < raw.length; index += 1) {
    const byte = raw[index];
    if (byte === 0) return 'nul-byte';
    if (byte === LF) return 'bare-line-break';
    if (byte !== CR) continue;
    if (raw[index + 1] !== LF) return 'bare-line-break';
    const next = raw[index + 2];
    const continues = index > lineStart && (next === SPACE || next === TAB);
    if (!continues) return index + 2;
    index += 1;
    lineStart = index + 1;
    if (lineStart - start > headerLimits.bytes) return 'header-too-large';
  }
  return raw.length; // the last line may lack its CRLF
}

function readField(raw: Buffer, start: number, end: number): HeaderField | null {
  const colon = raw.indexOf(COLON, start);
  if (colon <= start || colon >= end) return null;
  let nameEnd = colon;
  while (nameEnd > start && (raw[nameEnd - 1] === SPACE || raw[nameEnd - 1] === TAB)) nameEnd -= 1; // RFC 5322 §4.5
  if (nameEnd === start) return null;
  for (let index = start; index < nameEnd; index += 1) {
    const byte = raw[index] ?? 0;
    if (byte <= SPACE || byte > 126) return null;
  }
  const name = raw.toString('latin1', start, nameEnd);
  return { name, key: name.toLowerCase(), value: readValue(raw.subarray(colon + 1, end)), start, end };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readValue(bytes: Buffer): string {
  const line = bytes.toString('latin1');
  const text = trimmed(
    line.indexOf('\r\n') === line.length - 2 ? line.slice(0, -2) : line.replace(/\r\n/g, ''),
  );
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

/** Without blanks and tabs at both ends. By hand: a pattern tries every blank within as the first of the last ones. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The first field named `key` (lower case). */
export function firstField(section: HeaderSection, key: string): HeaderField | undefined {
  return section.fields.find((field) => field.key === key);
}
