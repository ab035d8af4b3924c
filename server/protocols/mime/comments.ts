/**
 * A structured field without its comments (RFC 5322 §3.2.2), nested ones included, each a blank instead. What
 * stands in quotes is no comment; a "(" that is never closed is text. Linear in the length of the value.
 */
export function withoutComments(value: string): string {
  const pieces: string[] = [];
  let kept = 0; // what of `value` is in `pieces`
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index];
    if (character === '"') index = endOfQuoted(value, index);
    if (character !== '(') continue;
    const end = endOfComment(value, index);
    if (end < 0) break;
    pieces.push(value.slice(kept, index), ' ');
    kept = end + 1;
    index = end;
  }
  return kept === 0 ? value : pieces.join('') + value.slice(kept);
}

/** Where the closing quote stands; the last character when there is none. */
function endOfQuoted(value: string, start: number): number {
  let index = start + 1;
  while (index < value.length && value[index] !== '"') index += value[index] === '\\' ? 2 : 1;
  return Math.min(index, value.length - 1);
}

/** Where the closing parenthesis stands; -1 when there is none. */
function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let index = start; index < value.length; index += 1) {
    if (value[index] === '\\') index += 1;
    else if (value[index] === '(') depth += 1;
    else if (value[index] === ')' && (depth -= 1) === 0) return index;
  }
  return -1;
}
