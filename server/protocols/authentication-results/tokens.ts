/** What a structured field consists of (RFC 5322 §3.2), comments apart. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'mark'; readonly text: ';' | '=' | '/' }
  | { readonly kind: 'comment'; readonly text: string };

const marks: ReadonlySet<string> = new Set([';', '=', '/']);

/**
 * Tokens of an unfolded field: words (runs of anything but blanks, marks, quotes and parentheses), quoted strings
 * without their quotes, comments. Null when a quote or comment is never closed. Linear in the length of the text.
 */
export function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/\s/.test(character)) at += 1;
    else if (character === '"' || character === '(') {
      const read = character === '"' ? readQuoted(text, at) : readComment(text, at);
      if (read === null) return null;
      tokens.push(
        character === '"'
          ? { kind: 'word', text: read.text, quoted: true }
          : { kind: 'comment', text: read.text },
      );
      at = read.end;
    } else if (marks.has(character)) {
      tokens.push({ kind: 'mark', text: character as ';' | '=' | '/' });
      at += 1;
    } else {
      const start = at;
      while (at < text.length && !/[\s"();=/]/.test(text.charAt(at))) at += 1;
      if (at === start) return null; // a parenthesis that nothing opened
      tokens.push({ kind: 'word', text: text.slice(start, at), quoted: false });
    }
  }
  return tokens;
}

interface Read {
  readonly text: string;
  /** After the last character that belongs to it. */
  readonly end: number;
}

function readQuoted(text: string, start: number): Read | null {
  let content = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { text: content, end: at + 1 };
    if (character === '\\') at += 1;
    content += text.charAt(at);
  }
  return null;
}

/** Comments may hold comments. */
function readComment(text: string, start: number): Read | null {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')' && (depth -= 1) === 0) return { text: text.slice(start + 1, at), end: at + 1 };
  }
  return null;
}
