import { decodeText } from '#protocols/mime/media-type.ts';
import { contentOf } from './part-tree.ts';
import type { MimePart } from './part-tree.ts';

/** The text of a part. RFC 8621 §4.1.4 EmailBodyValue. */
export interface BodyValue {
  readonly value: string;
  readonly isEncodingProblem: boolean;
  readonly isTruncated: boolean;
}

/** Decodes the text of a part, with LF line breaks, cut to `maxBytes` of UTF-8 (0: not cut). */
export function bodyValue(raw: Buffer, part: MimePart, maxBytes = 0): BodyValue {
  const { content, isProblem } = contentOf(raw, part);
  const decoded = decodeText(content, part.charset ?? '');
  const text = decoded.text.replace(/\r+\n/g, '\n');
  const { value, isTruncated } = truncate(text, maxBytes, part.type === 'text/html');
  return { value, isEncodingProblem: isProblem || decoded.isProblem, isTruncated };
}

/** Never within a character; for HTML never within a tag (RFC 8621 §4.2 maxBodyValueBytes). */
function truncate(text: string, maxBytes: number, isHtml: boolean): { value: string; isTruncated: boolean } {
  if (maxBytes === 0 || Buffer.byteLength(text) <= maxBytes) return { value: text, isTruncated: false };
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = Math.min(maxBytes, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const cut = bytes.toString('utf8', 0, end);
  const tag = cut.lastIndexOf('<');
  return { value: isHtml && tag > cut.lastIndexOf('>') ? cut.slice(0, tag) : cut, isTruncated: true };
}
