import { encodeWords } from './encoded-word.ts';
import {
  headerLimits,
  parseHeaderSection,
  type HeaderField,
  type HeaderResult,
  type HeaderSection,
} from './header-section.ts';

export interface HeaderEdit {
  /** Fields to take out, by lower-case name, or as looked at one by one. */
  readonly remove?: ReadonlySet<string> | ((key: string, field: HeaderSection['fields'][number]) => boolean);
  /** Fields to put on top, in this order. */
  readonly prepend?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
}

/** A header section after an edit. */
export interface EditedHeaders {
  /** `raw` as edited. */
  readonly bytes: Buffer;
  /** What parseHeaderSection would read of it. */
  readonly result: HeaderResult;
}

/**
 * Edits the header section at the beginning of `raw`, which `section` describes; every byte that is
 * kept, the body included, stays as it was, so that DKIM signatures over it still hold.
 * `raw` may be a whole message or its header section alone. The result says so when the section has
 * become longer than `headerLimits`.
 * Throws RangeError when a name or value to prepend could break out of its field.
 */
export function editHeaders(raw: Buffer, section: HeaderSection, edit: HeaderEdit): EditedHeaders {
  const { remove } = edit;
  const goes = typeof remove === 'function' ? remove : (key: string) => remove?.has(key) === true;
  const top = Buffer.concat((edit.prepend ?? []).map(({ name, value }) => formatField(name, value)));
  const written = parseHeaderSection(top);
  if (!written.ok) return { bytes: raw, result: written };
  const parts: Buffer[] = [top];
  const fields = [...written.section.fields];
  let end = top.length;
  for (const field of section.fields) {
    if (goes(field.key, field)) continue;
    const bytes = closed(raw.subarray(field.start, field.end));
    parts.push(bytes);
    fields.push({ ...field, start: end, end: end + bytes.length });
    end += bytes.length;
  }
  parts.push(raw.subarray(section.fieldsEnd));
  return { bytes: Buffer.concat(parts), result: within(section, fields, end) };
}

/** A message may end in the middle of its last field: give that one its line break. */
function closed(field: Buffer): Buffer {
  return field.at(-1) === 10 ? field : Buffer.concat([field, Buffer.from('\r\n')]);
}

/** What was read before is not read again: only where its fields lie has changed. */
function within(before: HeaderSection, fields: readonly HeaderField[], fieldsEnd: number): HeaderResult {
  if (fieldsEnd > headerLimits.bytes) return { ok: false, problem: 'header-too-large' };
  if (fields.length > headerLimits.fields) return { ok: false, problem: 'too-many-fields' };
  const bodyStart = fieldsEnd + before.bodyStart - before.fieldsEnd;
  return { ok: true, section: { fields, fieldsEnd, bodyStart } };
}

/**
 * One field with its CRLF, folded at spaces to lines of 78 characters where it can be (RFC 5322
 * §2.1.1); text beyond ASCII becomes encoded words.
 */
export function formatField(name: string, value: string): Buffer {
  if (!/^[!-9;-~]{1,76}$/.test(name)) throw new RangeError('Invalid header field name');
  if (!/^[ -~]*$/.test(value) && /[^\P{Cc}\t]/u.test(value))
    throw new RangeError('Invalid header field value');
  const words = encodeWords(value).split(' ');
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of words) {
    if (line.length + 1 + word.length > 78 && line !== `${name}:` && line.trim() !== '' && word !== '') {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return Buffer.from(`${[...lines, line].join('\r\n')}\r\n`);
}
