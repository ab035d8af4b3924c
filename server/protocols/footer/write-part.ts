import { isAscii } from 'node:buffer';
import {
  decodeTransfer,
  encodeQuotedPrintable,
  rewriteText,
  type MimeEntity,
} from '#protocols/mime/index.ts';
import { decodeText, isAsciiWithin } from '#protocols/mime/media-type.ts';
import { endsWithFooter, type FooterText } from './footer-text.ts';

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
  const says = isAsciiWithin(charset) && (isAscii(Buffer.from(added)) || /^utf-?8$/.test(charset));
  if (says) {
    const at = placeIn(content.toString('latin1'), isHtml);
    const insertion = Buffer.from(glued(content.toString('latin1', 0, at), added, isHtml));
    return insertEncoded(entity, { content, at, insertion, isHtml });
  }
  if (decoded.isProblem) return null;
  const at = placeIn(decoded.text, isHtml);
  const before = decoded.text.slice(0, at);
  const whole = `${before}${glued(before, added, isHtml)}${decoded.text.slice(at)}`;
  return rewriteText(entity, { content: Buffer.from(whole), charset: 'utf-8' });
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

/** What was encoded as quoted-printable before stays as it was encoded. */
function insertEncoded(entity: MimeEntity, { content, at, insertion, isHtml }: Insertion): Buffer {
  const { raw, section, body, encoding } = entity;
  const place = encoding === 'quoted-printable' ? placeInQuoted(body, content, isHtml) : null;
  if (place === null)
    return rewriteText(entity, {
      content: Buffer.concat([content.subarray(0, at), insertion, content.subarray(at)]),
    });
  const end = section.bodyStart + place;
  return Buffer.concat([raw.subarray(0, end), encodeQuotedPrintable(insertion), raw.subarray(end)]);
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
