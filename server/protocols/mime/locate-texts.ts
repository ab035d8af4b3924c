import { readParameterized } from './media-type.ts';
import { readEntity, type MimeEntity } from './mime-entity.ts';

/** A part of a message that people read, header and body, without the line break before the delimiter. */
export interface TextPart {
  readonly start: number;
  readonly end: number;
  readonly entity: MimeEntity;
}

/** 'incomplete': more bytes are needed to tell. */
export type Located = readonly TextPart[] | 'incomplete';

const none: readonly TextPart[] = [];
const mostDepth = 10;
const mostAlternatives = 20;

/**
 * The texts that open a message, its main body parts (RFC 9788 §5.2.4): those that are no attachment and lie in the
 * first part of each mixed or related multipart. `raw` may be only the beginning: nothing behind them needs to be
 * known. What cannot be read in one way only has none.
 */
export function locateTexts(raw: Buffer, isWhole: boolean): Located {
  return locate(raw, { start: 0, end: raw.length, isWhole, depth: 0 });
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
  readonly depth: number;
}

function locate(raw: Buffer, { start, end, isWhole, depth }: Range): Located {
  if (depth > mostDepth) return none;
  const bytes = raw.subarray(start, end);
  const opensWithBody = bytes.toString('latin1', 0, 2) === '\r\n';
  if (!isWhole && !opensWithBody && bytes.indexOf('\r\n\r\n') < 0) return 'incomplete';
  const read = readEntity(bytes);
  if (!read.ok) return none;
  const { entity } = read;
  switch (entity.type) {
    case 'text/plain':
    case 'text/html':
      if (isAttachment(entity)) return none;
      return isWhole ? [{ start, end, entity }] : 'incomplete';
    case 'multipart/alternative':
    case 'multipart/mixed':
    case 'multipart/related': {
      const most = entity.type === 'multipart/alternative' ? mostAlternatives : 1;
      return locateWithin(
        raw,
        { start: start + entity.section.bodyStart, end, isWhole, depth },
        entity,
        most,
      );
    }
    default:
      return none;
  }
}

function locateWithin(raw: Buffer, { start, end, isWhole, depth }: Range, entity: MimeEntity, most: number) {
  const delimiter = `--${entity.parameters.get('boundary') ?? ''}`;
  if (delimiter.length < 3 || delimiter.length > 72) return none;
  const found: TextPart[] = [];
  let at = nextDelimiter(raw, { start, end, delimiter });
  for (let count = 0; count < most; count += 1) {
    // A part that nothing ends is no part that anything is put into.
    if (at === null) return isWhole ? none : 'incomplete';
    if (at.closes) break;
    const next = nextDelimiter(raw, { start: at.lineEnd, end, delimiter });
    if (next === null && isWhole) return none;
    const part = locate(raw, {
      start: at.lineEnd,
      end: next === null ? end : Math.max(at.lineEnd, next.lineStart - 2),
      isWhole: next !== null,
      depth: depth + 1,
    });
    if (part === 'incomplete') return part;
    found.push(...part);
    if (next === null) return most === 1 ? found : 'incomplete';
    at = next;
  }
  return found;
}

interface Delimiter {
  readonly lineStart: number;
  /** First byte of the next line. */
  readonly lineEnd: number;
  readonly closes: boolean;
}

/** RFC 2046 §5.1.1. Null where there is none whose line is whole. */
function nextDelimiter(
  raw: Buffer,
  { start, end, delimiter }: { start: number; end: number; delimiter: string },
): Delimiter | null {
  for (
    let at = raw.indexOf(delimiter, start, 'latin1');
    at >= 0;
    at = raw.indexOf(delimiter, at + 1, 'latin1')
  ) {
    if (at + delimiter.length > end) return null;
    if (at !== start && raw.toString('latin1', Math.max(0, at - 2), at) !== '\r\n') continue;
    const after = at + delimiter.length;
    const line = raw.toString('latin1', after, Math.min(end, after + 100));
    const [whole, dashes] = /^(--)?[ \t]*(?:\r\n|$)/.exec(line) ?? [];
    if (whole === undefined) continue;
    const closes = dashes !== undefined;
    if (!closes && !whole.endsWith('\r\n')) return null;
    return { lineStart: at, lineEnd: after + whole.length, closes };
  }
  return null;
}

function isAttachment({ section }: MimeEntity): boolean {
  const field = section.fields.find(({ key }) => key === 'content-disposition');
  return field !== undefined && readParameterized(field.value).value === 'attachment';
}
