import { Parser } from 'htmlparser2';

/** RFC 9788 §5.2.3: so that a reader who knows the element can leave it out. */
export const legacyClass = 'header-protection-legacy-display';

export interface Range {
  readonly start: number;
  readonly end: number;
}

// A stranger chooses the markup, and closing tags cost as much as the elements around them are many.
const mostCharacters = 1024 * 1024;
const mostDepth = 200;
const piece = 4_096;

/**
 * Where the elements of that class lie (RFC 9788 §4.5.3.3), none within another: those that begin and end within
 * the first 1 Mi characters and before markup is nested deeper than 200.
 */
export function findLegacyElements(html: string): Range[] {
  const found: Range[] = [];
  let depth = 0;
  let open: { readonly start: number; readonly depth: number } | null = null;
  const parser = new Parser({
    onopentag(name, { class: names = '' }) {
      if (open === null && name === 'div' && names.split(/\s+/).includes(legacyClass))
        open = { start: parser.startIndex, depth };
      depth += 1;
    },
    onclosetag(_name, isImplied) {
      depth -= 1;
      if (open?.depth !== depth) return;
      found.push({ start: open.start, end: isImplied ? parser.startIndex : parser.endIndex + 1 });
      open = null;
    },
  });
  const isWhole = feed(parser, html, () => depth > mostDepth);
  if (isWhole) parser.end();
  return found;
}

/** The place before all that a page shows: behind the tag that opens its body, or what else stands before it. */
export function startOfBody(html: string): number {
  let place = 0;
  let depth = 0;
  let isFound = false;
  const here = () => {
    if (!isFound) place = parser.endIndex + 1;
  };
  const parser = new Parser({
    onprocessinginstruction: here, // the document type
    onopentag(name) {
      depth += 1;
      if (name === 'html' || name === 'body') here();
      isFound ||= name === 'body';
    },
    onclosetag(name, isImplied) {
      depth -= 1;
      if (name === 'head' && !isImplied) here();
    },
  });
  feed(parser, html, () => isFound || depth > mostDepth);
  return place;
}

/** True when all of it was read. */
function feed(parser: Parser, html: string, isEnough: () => boolean): boolean {
  const end = Math.min(html.length, mostCharacters);
  for (let at = 0; at < end; at += piece) {
    parser.write(html.slice(at, Math.min(end, at + piece)));
    if (isEnough()) return false;
  }
  return end === html.length;
}
