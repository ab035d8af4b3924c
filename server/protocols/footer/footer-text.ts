import { escapeHtml } from '#protocols/mime/index.ts';

/** What is put in, as text and as HTML. */
export interface FooterText {
  /** Lines with CRLF between, none at the end. */
  readonly text: string;
  /** ASCII alone, whatever the charset of the page around it. */
  readonly html: string;
}

const htmlLine = 200;

export function footerText(footer: string): FooterText {
  const lines = footer.split(/\r\n|\r|\n/);
  return {
    text: lines.join('\r\n'),
    html: `<div>${lines.map((line) => foldAtSpaces(escapeHtml(line))).join('<br>\r\n')}</div>`,
  };
}

/** A line of SMTP has 998 bytes at most (RFC 5321 §4.5.3.1.6), and a break in HTML is a space. */
function foldAtSpaces(line: string): string {
  let length = 0;
  return line.replace(/ ([^ ]*)/g, (match, word: string) => {
    length += match.length;
    if (length < htmlLine) return match;
    length = word.length;
    return `\r\n${word}`;
  });
}

/** Whether a text ends with the footer, quoted (`> `) or not; white space does not count. */
export function endsWithFooter(text: string, footer: FooterText, isHtml: boolean): boolean {
  const wanted = squeeze(footer.text);
  const tail = text.slice(-(footer.text.length * 12 + 8_192));
  return squeeze(isHtml ? readable(tail) : tail).endsWith(wanted);
}

const squeeze = (text: string): string =>
  text
    .replace(/^[> \t]+/gm, '')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function readable(html: string): string {
  return html
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));/g, (whole, ...groups) => {
      const [decimal, hex, name] = groups as [string | undefined, string | undefined, string | undefined];
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}
