const longestToken = 40;
const word = /[\p{L}\p{N}]+/gu;
const marks = /\p{M}+/gu;
/** Scripts written without spaces: found by pairs of neighbouring characters. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

/**
 * The distinct search tokens of a text, in order of appearance, at most `limit`: words of 2 to 40
 * characters without case, accents and width (NFKD), and pairs of characters in scripts without spaces.
 * A query is cut in the same way, so "Café" finds "cafe".
 */
export function tokenizeText(text: string, limit: number): string[] {
  const tokens = new Set<string>();
  const folded = text.normalize('NFKD').replace(marks, '').toLowerCase();
  for (const [run] of folded.matchAll(word)) {
    if (tokens.size >= limit) break;
    const rest = run.replace(unspaced, (characters) => {
      for (const pair of pairs(characters)) tokens.add(pair);
      return ' ';
    });
    for (const token of rest.split(' ')) {
      if (token.length >= 2 && token.length <= longestToken) tokens.add(token);
    }
  }
  return [...tokens].slice(0, limit);
}

function pairs(characters: string): string[] {
  const all = [...characters];
  return all.length === 1 ? all : all.slice(1).map((character, index) => `${all[index]}${character}`);
}
