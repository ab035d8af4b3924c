/** One `%{…}` (RFC 7208 §7.1). */
export interface Macro {
  readonly letter: MacroLetter;
  /** An upper-case letter: the value is escaped as in a URL. */
  readonly escaped: boolean;
  /** How many parts from the right are kept; null: all. */
  readonly keep: number | null;
  readonly reversed: boolean;
  readonly delimiters: string;
}

export type MacroString = readonly (string | Macro)[];

export type MacroLetter =
  | 's' // the sender
  | 'l' // its local part
  | 'o' // its domain
  | 'd' // the domain whose record this is
  | 'i' // the client's address
  | 'p' // its proven name
  | 'v' // `in-addr` or `ip6`
  | 'h' // the name in HELO
  | 'c' // the client's address for people; this and the two below only in explanations
  | 'r' // our name
  | 't'; // the time, in seconds

const token = /%\{([slodipvhcrtSLODIPVHCRT])([0-9]*)([rR]?)([.\-+,/_=]*)\}|%([%_-])|([!-$&-~]+)|( +)/y;

const spelled: Readonly<Record<string, string>> = { '%': '%', _: ' ', '-': '%20' };

/** Null when it is malformed. Blanks and the letters c, r and t only in explanations (§7.1, §6.2). */
export function parseMacroString(text: string, place: 'domain' | 'explanation'): MacroString | null {
  const parts: (string | Macro)[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return null;
    const [, letter, digits = '', reversed = '', delimiters = '', escape, literal, blanks] = match;
    if (escape !== undefined) parts.push(spelled[escape] ?? '');
    else if (letter === undefined) {
      if (blanks !== undefined && place === 'domain') return null;
      parts.push(literal ?? blanks ?? '');
    } else {
      const keep = digits === '' ? null : Number(digits);
      const lower = letter.toLowerCase() as MacroLetter; // the pattern lets no other through
      if (keep === 0 || (place === 'domain' && 'crt'.includes(lower))) return null;
      parts.push({
        letter: lower,
        escaped: letter !== lower,
        keep,
        reversed: reversed !== '',
        delimiters: delimiters === '' ? '.' : delimiters,
      });
    }
  }
  return parts;
}

/** A macro string that ends like a domain name: in `.label`, the label not only digits, or in a macro (§7.1). */
export function parseDomainSpec(text: string): MacroString | null {
  const endsInMacro = /%\{[^{}]*\}$/.test(text);
  const endsInLabel = /\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?$/.test(
    text,
  );
  return endsInMacro || endsInLabel ? parseMacroString(text, 'domain') : null;
}

/** Puts the values in. What is longer than a domain name can be loses labels from the left (§7.3). */
export async function expandMacros(
  parts: MacroString,
  valueOf: (letter: MacroLetter) => string | Promise<string>,
): Promise<string> {
  const texts: string[] = [];
  for (const part of parts)
    texts.push(typeof part === 'string' ? part : transform(await valueOf(part.letter), part));
  return texts.join('');
}

export function shortenName(name: string): string {
  let short = name.replace(/\.$/, '');
  while (short.length > 253 && short.includes('.')) short = short.slice(short.indexOf('.') + 1);
  return short;
}

function transform(value: string, { keep, reversed, delimiters, escaped }: Macro): string {
  let parts = splitAt(value, delimiters);
  if (reversed) parts = parts.toReversed();
  if (keep !== null) parts = parts.slice(-keep);
  const text = parts.join('.');
  return escaped ? escapeForUrl(text) : text;
}

function splitAt(value: string, delimiters: string): string[] {
  const parts: string[] = [''];
  for (const character of value) {
    if (delimiters.includes(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** All but the unreserved characters of RFC 3986 §2.3. */
function escapeForUrl(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
