import { withoutComments } from '#protocols/mime/comments.ts';
import { decodeEncodedWords } from '#protocols/mime/encoded-word.ts';
import { readParameterized } from '#protocols/mime/media-type.ts';
import { lineAt, rawValue, readFields } from './part-fields.ts';
import { decodeTransfer } from '#protocols/mime/transfer-encoding.ts';
import type { RawField } from './part-fields.ts';

/** One MIME part of a message, by the bytes it takes there. Nothing is decoded until it is asked for. */
export interface MimePart {
  /** "1", "2" … for what has content, in their order; null for a multipart (RFC 8621 §4.1.4). */
  readonly partId: string | null;
  readonly fields: readonly RawField[];
  /** Lower case. */
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly name: string | null;
  readonly cid: string | null;
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly encoding: string;
  /** The encoded content in the message. */
  readonly start: number;
  readonly end: number;
  readonly subParts: readonly MimePart[];
}

/** A tree deeper or with more parts than this is cut: what goes beyond is content of the part before. */
export const treeLimits = { depth: 30, parts: 1_000 };

interface OpenMultipart {
  readonly boundary: string;
  readonly part: Mutable;
  readonly isDigest: boolean;
}

interface Mutable extends Omit<MimePart, 'end' | 'subParts'> {
  end: number;
  subParts: Mutable[];
}

type Delimiter = { readonly depth: number; readonly closes: boolean };

/**
 * Reads the structure of a message (RFC 2046 §5.1). message/rfc822 inside is a part with content, not
 * gone into. Forgiving, and linear in the size of the message whatever it holds.
 */
export function readPartTree(raw: Buffer): MimePart {
  const open: OpenMultipart[] = [];
  const byBoundary = new Map<string, number[]>();
  let leaves = 0;
  let parts = 0;

  const isDelimiter = (start: number, end: number) => delimiterOf(start, end) !== null;

  function delimiterOf(start: number, end: number): Delimiter | null {
    if (raw[start] !== 45 || raw[start + 1] !== 45 || end - start > 300) return null;
    const text = raw.toString('latin1', start + 2, end).trimEnd();
    const exact = byBoundary.get(text)?.at(-1);
    if (exact !== undefined) return { depth: exact, closes: false };
    const closing = text.endsWith('--') ? byBoundary.get(text.slice(0, -2))?.at(-1) : undefined;
    return closing === undefined ? null : { depth: closing, closes: true };
  }

  function readPart(start: number, defaultType: string): Mutable {
    const { fields, bodyStart } = readFields(raw, start, raw.length, isDelimiter);
    const described = describePart(raw, fields, defaultType);
    parts += 1;
    const boundary = described.boundary;
    const isMultipart = boundary !== null && open.length < treeLimits.depth && parts < treeLimits.parts;
    const type = described.part.type;
    const part: Mutable = {
      ...described.part,
      // A multipart that cannot be gone into is content of no known kind.
      type: type.startsWith('multipart/') && !isMultipart ? 'application/octet-stream' : type,
      partId: isMultipart ? null : String((leaves += 1)),
      start: bodyStart,
      end: raw.length,
      subParts: [],
    };
    if (isMultipart) {
      byBoundary.set(boundary, [...(byBoundary.get(boundary) ?? []), open.length]);
      open.push({ boundary, part, isDigest: type === 'multipart/digest' });
    }
    return part;
  }

  function close(downTo: number, at: number): void {
    while (open.length > downTo) {
      const closed = open.pop();
      if (closed === undefined) return;
      byBoundary.get(closed.boundary)?.pop();
      closed.part.end = at;
    }
  }

  const root = readPart(0, 'text/plain');
  let current: Mutable = root;
  let position = root.start;
  while (position < raw.length && open.length > 0) {
    const line = lineAt(raw, position, raw.length);
    const delimiter = delimiterOf(position, line.end);
    if (delimiter === null) {
      position = nextDash(raw, position);
      continue;
    }
    const contentEnd = Math.max(current.start, beforeBreak(raw, position));
    current.end = Math.min(current.end, contentEnd);
    close(delimiter.depth + 1, contentEnd);
    const multipart = open[delimiter.depth];
    if (multipart === undefined) break;
    if (delimiter.closes) {
      close(delimiter.depth, beforeBreak(raw, position));
      current = { ...root, start: line.next, end: raw.length, subParts: [] }; // epilogue: nobody's content
      position = line.next;
      continue;
    }
    if (parts >= treeLimits.parts) break;
    current = readPart(line.next, multipart.isDigest ? 'message/rfc822' : 'text/plain');
    multipart.part.subParts.push(current);
    position = current.start;
  }
  return root;
}

/** The first line after `from` that begins with a dash. */
function nextDash(raw: Buffer, from: number): number {
  const found = raw.indexOf('\n--', from, 'latin1');
  return found < 0 ? raw.length : found + 1;
}

/** RFC 2046 §5.1.1: the line break before a delimiter belongs to it. */
function beforeBreak(raw: Buffer, position: number): number {
  if (position === 0 || raw[position - 1] !== 10) return position;
  return position > 1 && raw[position - 2] === 13 ? position - 2 : position - 1;
}

type Described = Omit<MimePart, 'partId' | 'start' | 'end' | 'subParts'>;

function describePart(
  raw: Buffer,
  fields: readonly RawField[],
  defaultType: string,
): { readonly part: Described; readonly boundary: string | null } {
  const value = (key: string) => {
    const field = fields.find((each) => each.key === key);
    if (field === undefined) return null;
    // RFC 2045 sets no length; nothing honest comes near this.
    return unfold(rawValue(raw, { ...field, valueEnd: Math.min(field.valueEnd, field.valueStart + 16_384) }));
  };
  const contentType = readParameterized(value('content-type') ?? defaultType);
  const disposition = value('content-disposition');
  const parsedDisposition = disposition === null ? null : readParameterized(disposition);
  const type = /^[^/]+\/[^/]+$/.test(contentType.value) ? contentType.value : 'text/plain'; // RFC 2045 §5.2
  const charset = contentType.parameters.get('charset') ?? (type.startsWith('text/') ? 'us-ascii' : null);
  const language = value('content-language')
    ?.split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const location = value('content-location');
  const part: Described = {
    fields,
    type,
    charset,
    disposition: parsedDisposition?.value || null,
    name: nonEmpty(parsedDisposition?.parameters.get('filename') ?? contentType.parameters.get('name')),
    cid: nonEmpty(withoutBrackets(value('content-id'))),
    language: language === undefined || language.length === 0 ? null : language,
    location: location === null ? null : nonEmpty(decodeEncodedWords(location)),
    encoding: withoutComments(value('content-transfer-encoding') ?? '')
      .trim()
      .toLowerCase(),
  };
  const boundary = contentType.parameters.get('boundary')?.trimEnd() ?? '';
  return {
    part,
    boundary: type.startsWith('multipart/') && boundary !== '' && boundary.length <= 200 ? boundary : null,
  };
}

/** By hand: a pattern for the end would be tried at every bracket and blank within. */
function withoutBrackets(text: string | null): string | undefined {
  if (text === null) return undefined;
  let start = 0;
  let end = text.length;
  while (start < end && /[\s<]/.test(text[start] ?? '')) start += 1;
  while (end > start && /[\s>]/.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** A folded value on one line, without the space around it. */
export function unfold(value: string): string {
  return value.replace(/\r?\n/g, '').trim();
}

/** The content of a part with its transfer encoding undone. */
export function contentOf(
  raw: Buffer,
  part: MimePart,
): { readonly content: Buffer; readonly isProblem: boolean } {
  return decodeTransfer(raw.subarray(part.start, part.end), part.encoding);
}

/** All parts with content, in their order. */
export function* leavesOf(part: MimePart): Generator<MimePart> {
  if (part.partId !== null) yield part;
  for (const inner of part.subParts) yield* leavesOf(inner);
}
