// No parentheses but those of colours: url(), expression(), var() and their like have no way in.
const colour = /^(?:#[0-9a-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([\d\s,.%/-]{1,60}\))$/i;
const words = /^[a-z0-9 ,.'"%-]{1,200}$/i;
const lengths = /^(?:auto|normal|(?:\d{1,4}(?:\.\d{1,4})?(?:px|pt|em|rem|ex|ch|%|cm|mm|in)?\s*){1,4})$/i; // none below 0: nothing slides over its neighbours
const border =
  /^(?:(?:\d{1,3}(?:\.\d{1,3})?(?:px|pt|em)?|none|solid|dashed|dotted|double|thin|medium|#[0-9a-f]{3,8}|[a-z]{3,30}|rgba?\([\d\s,.%]{1,40}\))\s*){1,4}$/i;

function each(names: readonly string[], pattern: RegExp): [string, RegExp[]][] {
  return names.map((name) => [name, [pattern]]);
}

const sides = ['top', 'right', 'bottom', 'left'];

/** Style declarations that set how text looks in its own place; positioning, layers and anything that loads are missing. */
export const allowedStyles: Record<string, RegExp[]> = Object.fromEntries([
  ...each(['color', 'background-color', 'background', 'border-color'], colour),
  ...each(
    [
      'font-family',
      'font-style',
      'font-variant',
      'font-weight',
      'text-align',
      'text-decoration',
      'text-transform',
      'vertical-align',
      'white-space',
      'direction',
      'list-style-type',
      'border-collapse',
      'word-break',
      'overflow-wrap',
    ],
    words,
  ),
  ...each(['font-size'], /^(?:[a-z-]{3,10}|\d{1,3}(?:\.\d{1,4})?(?:px|pt|em|rem|%))$/i),
  ...each(
    [
      'line-height',
      'width',
      'max-width',
      'min-width',
      'height',
      'max-height',
      'border-radius',
      'border-spacing',
      'text-indent',
      'letter-spacing',
    ],
    lengths,
  ),
  ...each(['display'], /^(?:block|inline|inline-block|none|table|table-row|table-cell|list-item)$/i),
  ...each(['margin', 'padding', ...sides.flatMap((side) => [`margin-${side}`, `padding-${side}`])], lengths),
  ...each(['border', 'border-width', 'border-style', ...sides.map((side) => `border-${side}`)], border),
]);
