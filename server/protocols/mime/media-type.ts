import { withoutComments } from './comments.ts';
import { decodeEncodedWords } from './encoded-word.ts';

/** A Content-Type or Content-Disposition value: what comes first, lower case, and its parameters. */
export interface Parameterized {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /^[^\s;=()<>@,:\\"/[\]?]+(?:\/[^\s;=()<>@,:\\"/[\]?]+)?/;
const parameter = /;\s*([^\s;=*"]+)(\*[0-9]{1,3})?(\*)?\s*=\s*(?:"((?:[^"\\]|\\[^])*)"?|([^\s;]*))/gy;
const mostParameters = 100;

/**
 * Reads `type/subtype; name=value` (RFC 2045 §5.1, RFC 2183 §2) with continuations and charsets
 * (RFC 2231) and, as mail in the wild has them, encoded words inside quotes. `text` is unfolded.
 */
export function readParameterized(text: string): Parameterized {
  const bare = withoutComments(text).trim();
  const value = token.exec(bare)?.[0].toLowerCase() ?? '';
  const pieces = new Map<string, { index: number; encoded: boolean; text: string }[]>();
  parameter.lastIndex = Math.max(0, bare.indexOf(';'));
  for (let count = 0; count < mostParameters && bare.includes(';'); count += 1) {
    const match = parameter.exec(bare);
    if (match === null) break;
    const [, name = '', section, extended, quoted, plain = ''] = match;
    const piece = {
      index: section === undefined ? -1 : Number(section.slice(1)),
      encoded: extended !== undefined,
      text: quoted === undefined ? plain : quoted.replace(/\\([^])/g, '$1'),
    };
    const key = name.toLowerCase();
    pieces.set(key, [...(pieces.get(key) ?? []), piece]);
    parameter.lastIndex = skipToSemicolon(bare, parameter.lastIndex);
  }
  const parameters = new Map<string, string>();
  for (const [name, parts] of pieces) parameters.set(name, joinPieces(parts));
  return { value, parameters };
}

function skipToSemicolon(text: string, from: number): number {
  const next = text.indexOf(';', from);
  return next < 0 ? text.length : next;
}

function joinPieces(pieces: readonly { index: number; encoded: boolean; text: string }[]): string {
  const extended = pieces.filter((piece) => piece.index >= 0 || piece.encoded);
  const [first] = pieces;
  if (extended.length === 0) return decodeEncodedWords(first?.text ?? '');
  const ordered = extended.toSorted((a, b) => a.index - b.index);
  const [, charset = 'utf-8', rest] = /^([^']*)'[^']*'([^]*)$/.exec(ordered[0]?.text ?? '') ?? [];
  const bytes = ordered.map((piece, at) => {
    const text = at === 0 && ordered[0]?.encoded === true && rest !== undefined ? rest : piece.text;
    return piece.encoded ? percentDecode(text) : Buffer.from(text);
  });
  return decodeText(Buffer.concat(bytes), charset).text.replace(/[\0-\x1f\x7f]/g, ' ');
}

function percentDecode(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** Bytes as text; `isProblem` when the charset is unknown or the bytes do not fit it (RFC 8621 §4.1.4). */
export function decodeText(
  bytes: Buffer,
  charset: string,
): { readonly text: string; readonly isProblem: boolean } {
  const label = /^(?:us-ascii|ascii|unknown-8bit|)$/i.test(charset) ? 'utf-8' : charset.toLowerCase();
  try {
    return {
      text: new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes),
      isProblem: false,
    };
  } catch (failure) {
    const isUnknown = failure instanceof RangeError;
    return { text: new TextDecoder(isUnknown ? 'utf-8' : label).decode(bytes), isProblem: true };
  }
}

const asciiWithin =
  /^(?:us-ascii|ascii|utf-?8|iso-8859-\d+|latin[0-9]|windows-125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(?:kr|jp)|shift_jis|macintosh)$/;

/** True for charsets in which ASCII bytes are ASCII characters wherever a character may begin. */
export function isAsciiWithin(charset: string): boolean {
  return asciiWithin.test(charset.toLowerCase());
}
