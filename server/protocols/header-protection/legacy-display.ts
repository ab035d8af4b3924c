import { isAscii } from 'node:buffer';
import {
  decodeEncodedWords,
  decodeTransfer,
  escapeHtml,
  locateTexts,
  rewriteText,
  type MimeEntity,
} from '#protocols/mime/index.ts';
import { decodeText, isAsciiWithin } from '#protocols/mime/media-type.ts';
import { findLegacyElements, legacyClass, startOfBody, type Range } from './legacy-html.ts';

/** A field that is not seen outside as its author wrote it. */
export interface HiddenField {
  readonly name: string;
  /** Unfolded; encoded words are decoded here. */
  readonly value: string;
}

const parameter = 'hp-legacy-display';

/**
 * Shows hidden fields at the top of the texts of a payload, for readers that decrypt and know nothing of protected
 * fields (RFC 9788 §5.2.2, §5.2.3). Without a text, nothing is shown. An earlier claim that they are there is taken out.
 */
export function addLegacyDisplay(payload: Buffer, hidden: readonly HiddenField[]): Buffer {
  const lines = hidden.map(({ name, value }) => `${name}: ${oneLine(decodeEncodedWords(value))}`.trimEnd());
  return inTexts(payload, (entity) => withElement(entity, lines) ?? withoutClaim(entity));
}

/** Takes out what `addLegacyDisplay` put in, here or elsewhere, and what says so (RFC 9788 §4.5.3). */
export function withoutLegacyDisplay(message: Buffer): Buffer {
  return inTexts(message, (entity) =>
    entity.parameters.get(parameter) === '1' ? withoutElement(entity) : null,
  );
}

function inTexts(message: Buffer, edit: (entity: MimeEntity) => Buffer | null): Buffer {
  const texts = locateTexts(message, true);
  if (texts === 'incomplete') return message;
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const { start, end, entity } of texts) {
    const part = edit(entity);
    if (part === null) continue;
    pieces.push(message.subarray(kept, start), part);
    kept = end;
  }
  return Buffer.concat([...pieces, message.subarray(kept)]);
}

/** Null where the part cannot say it. */
function withElement(entity: MimeEntity, lines: readonly string[]): Buffer | null {
  if (lines.length === 0) return null;
  const isHtml = entity.type === 'text/html';
  const added = isHtml
    ? `<div class="${legacyClass}"><pre>${lines.map(escapeHtml).join('\r\n')}</pre></div>`
    : [...lines, '', ''].join('\r\n');
  const charset = charsetOf(entity);
  const parameters = { [parameter]: '1' };
  const { content, isProblem } = decodeTransfer(entity.body, entity.encoding);
  if (isProblem) return null;
  if (isAsciiWithin(charset) && (isAscii(Buffer.from(added)) || /^utf-?8$/i.test(charset))) {
    const at = isHtml ? startOfBody(content.toString('latin1')) : 0;
    const parts = [content.subarray(0, at), Buffer.from(added), content.subarray(at)];
    return rewriteText(entity, { content: Buffer.concat(parts), parameters });
  }
  const { text, isProblem: isUnknown } = decodeText(content, charset);
  if (isUnknown) return null;
  const at = isHtml ? startOfBody(text) : 0;
  const whole = `${text.slice(0, at)}${added}${text.slice(at)}`;
  return rewriteText(entity, { content: Buffer.from(whole), charset: 'utf-8', parameters });
}

function withoutClaim(entity: MimeEntity): Buffer | null {
  if (!entity.parameters.has(parameter)) return null;
  const { content, isProblem } = decodeTransfer(entity.body, entity.encoding);
  return isProblem ? null : rewriteText(entity, { content, parameters: { [parameter]: null } });
}

/** Null where there is nothing to take out. */
function withoutElement(entity: MimeEntity): Buffer | null {
  const charset = charsetOf(entity);
  const { content, isProblem } = decodeTransfer(entity.body, entity.encoding);
  if (isProblem) return null;
  const parameters = { [parameter]: null };
  const isHtml = entity.type === 'text/html';
  if (isAsciiWithin(charset)) {
    const kept = without(content.toString('latin1'), isHtml);
    return kept === null ? null : rewriteText(entity, { content: Buffer.from(kept, 'latin1'), parameters });
  }
  const { text, isProblem: isUnknown } = decodeText(content, charset);
  const kept = isUnknown ? null : without(text, isHtml);
  return kept === null
    ? null
    : rewriteText(entity, { content: Buffer.from(kept), charset: 'utf-8', parameters });
}

function without(text: string, isHtml: boolean): string | null {
  const ranges = isHtml ? findLegacyElements(text) : leadingLines(text);
  if (ranges.length === 0) return null;
  const starts = [0, ...ranges.map(({ end }) => end)];
  return starts.map((start, index) => text.slice(start, ranges[index]?.start)).join('');
}

/** Up to the first entirely blank line, with it. */
function leadingLines(text: string): Range[] {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1;
    if (end === 0) break;
    if (/^\r?\n$/.test(text.slice(start, end))) return [{ start: 0, end }];
    start = end;
  }
  return [];
}

const charsetOf = ({ parameters }: MimeEntity): string => parameters.get('charset') ?? 'us-ascii';

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
