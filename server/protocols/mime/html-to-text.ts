import { compile } from 'html-to-text';

const longestInput = 512 * 1024;

const convert = compile({
  wordwrap: false,
  limits: { maxInputLength: longestInput, maxDepth: 200, maxChildNodes: 20_000, ellipsis: '' },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
  ],
});

/** The words of an HTML text, for previews and search; what lies beyond 512 Ki characters is left out. */
export function htmlToText(html: string): string {
  return convert(html.slice(0, longestInput));
}
