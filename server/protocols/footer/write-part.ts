import { isAscii } from 'node:buffer';
import { decodeTransfer, encodeQuotedPrintable, type MimeEntity } from '#protocols/mime/index.ts';
import { decodeText } from '#protocols/mime/media-type.ts';
import { endsWithFooter, type FooterText } from './footer-text.ts';

const longestLine = 998; // RFC 5321 §4.5.3.1.6
/** Charsets in which ASCII bytes are ASCII characters wherever a character may begin. */
const asciiWithin =
  /^(?:us-ascii|ascii|utf-?8|iso-8859-\d+|latin[0-9]|windows-125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(?:kr|jp)|shift_jis|macintosh)$/;

/** The part with the footer in it, header and body; null where it stays as it is. */
export function writePart(entity: MimeEntity, footer: FooterText): Buffer | null {
  const isHtml = entity.type === 'text/html';
  const charset = (entity.parameters.get('charset') ?? 'us-ascii').toLowerCase();
  const { content, isProblem } = decodeTransfer(entity.body, entity.encoding);
  if (isProblem) return null;
  const decoded = decodeText(content, charset);
  // Inside what PGP put into the text nothing may be added, and readers show what is around it as if it belonged.
  if (decoded.text.includes('-----BEGIN PGP ') || endsWithFooter(decoded.text, footer, isHtml)) return null;

  const added = isHtml ? footer.html : footer.text;
  const says = asciiWithin.test(charset) && (isAscii(Buffer.from(added)) || /^utf-?8$/.test(charset));
  if (says) {
    const at = placeIn(content.toString('latin1'), isHtml);
    const insertion = Buffer.from(glued(content.toString('latin1', 0, at), added, isHtml));
    return insertEncoded(entity, { content, at, insertion, isHtml });
  }
  if (decoded.isProblem) return null;
  const at = placeIn(decoded.text, isHtml);
  const before = decoded.text.slice(0, at);
  const whole = `${before}${glued(before, added, isHtml)}${decoded.text.slice(at)}`;
  return rewritten(entity, 'utf-8', encodeQuotedPrintable(Buffer.from(whole)));
}

function placeIn(text: string, isHtml: boolean): number {
  if (!isHtml) return text.length;
  return endTags(text, 'body').at(-1) ?? endTags(text, 'html').at(-1) ?? text.length;
}

const endTags = (text: string, name: 'body' | 'html'): number[] =>
  [...text.matchAll(name === 'body' ? /<\/body/gi : /<\/html/gi)].map(({ index }) => index);

function glued(before: string, added: string, isHtml: boolean): string {
  if (isHtml) return `\r\n${added}\r\n`;
  const endsLine = before.endsWith('\n');
  return `${endsLine || before === '' ? '' : '\r\n'}\r\n${added}${endsLine ? '\r\n' : ''}`;
}

interface Insertion {
  /** Of the part, decoded. */
  readonly content: Buffer;
  readonly at: number;
  readonly insertion: Buffer;
  readonly isHtml: boolean;
}

function insertEncoded(entity: MimeEntity, { content, at, insertion, isHtml }: Insertion): Buffer {
  const { raw, section, body, encoding } = entity;
  const whole = Buffer.concat([content.subarray(0, at), insertion, content.subarray(at)]);
  const head = raw.subarray(0, section.bodyStart);
  if (encoding === 'base64') return Buffer.concat([opened(head), base64Lines(whole, body)]);
  if (encoding === 'quoted-printable') {
    const place = placeInQuoted(body, content, isHtml);
    return place === null
      ? Buffer.concat([opened(head), encodeQuotedPrintable(whole)])
      : Buffer.concat([
          opened(head),
          body.subarray(0, place),
          encodeQuotedPrintable(insertion),
          body.subarray(place),
        ]);
  }
  const fits =
    (encoding !== '7bit' || isAscii(insertion)) &&
    insertion
      .toString('latin1')
      .split('\r\n')
      .every(({ length }) => length <= longestLine);
  if (fits) return Buffer.concat([opened(head), whole]);
  return rewritten(entity, entity.parameters.get('charset') ?? 'us-ascii', encodeQuotedPrintable(whole));
}

/** Where the same place is in the encoded body; null where that cannot be told, or the place is within a line's end. */
function placeInQuoted(body: Buffer, content: Buffer, isHtml: boolean): number | null {
  const text = body.toString('latin1');
  const isSameCount = (name: 'body' | 'html'): boolean =>
    endTags(text, name).length === endTags(content.toString('latin1'), name).length;
  if (isHtml && !(isSameCount('body') && isSameCount('html'))) return null;
  const at = placeIn(text, isHtml);
  return /[= \t]$/.test(text.slice(Math.max(0, at - 1), at)) ? null : at;
}

function base64Lines(content: Buffer, like: Buffer): Buffer {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
  return Buffer.from(`${lines.join('\r\n')}${like.at(-1) === 10 ? '\r\n' : ''}`);
}

/** A header section may be all that there is, without an empty line. */
function opened(head: Buffer): Buffer {
  const text = head.toString('latin1');
  if (text.endsWith('\r\n\r\n') || text === '\r\n') return head;
  return Buffer.concat([head, Buffer.from(text === '' || text.endsWith('\r\n') ? '\r\n' : '\r\n\r\n')]);
}

/** The part with another body, and what its header then has to say; other fields stay where they are. */
function rewritten({ raw, section, type, parameters }: MimeEntity, charset: string, body: Buffer): Buffer {
  const flowed = ['format', 'delsp'].flatMap((name) => {
    const value = parameters.get(name);
    return value !== undefined && /^[a-z0-9-]{1,40}$/i.test(value) ? [`; ${name}=${value}`] : [];
  });
  const kept = section.fields
    .filter(({ key }) => key !== 'content-type' && key !== 'content-transfer-encoding')
    .map(({ start, end }) => raw.subarray(start, end));
  const fields = `Content-Type: ${type}; charset=${charset}${flowed.join('')}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
  return Buffer.concat([...kept.map(closed), Buffer.from(fields, 'latin1'), body]);
}

const closed = (field: Buffer): Buffer =>
  field.at(-1) === 10 ? field : Buffer.concat([field, Buffer.from('\r\n')]);
