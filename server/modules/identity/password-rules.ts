import { commonBases } from './common-bases.ts';

/** NIST SP 800-63B: length counts, composition rules do not help; what is commonly used is refused. */
export const shortestPassword = 12;
export const longestPassword = 256;

/**
 * What is wrong with a new password, in words for the person who chose it; undefined when nothing is.
 * `about`: names and addresses of the person and the organisation, which others would guess.
 */
export function weaknessOf(password: string, about: readonly string[]): string | undefined {
  const letters = Array.from(password.normalize('NFKC'));
  if (letters.length < shortestPassword)
    return `Use at least ${shortestPassword} characters. A few words that do not belong together are easy to remember.`;
  if (letters.length > longestPassword) return `Use at most ${longestPassword} characters.`;
  if (new Set(letters).size < 5 || isRepetition(letters))
    return 'Too much of it repeats. Use more different characters.';
  if (runs(letters) > letters.length / 2)
    return 'Too much of it follows the alphabet, the numbers or the keyboard. Use words that do not belong together.';

  const core = coreOf(password);
  if (commonBases.has(core))
    return 'It is one of the first that others would try. Use words that do not belong together.';
  const known = about
    .flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))
    .map(coreOf)
    .filter((word) => word.length >= 4);
  const rest = known.reduce((text, word) => text.replaceAll(word, ''), core);
  if (core.length - rest.length > 0 && rest.length < 6)
    return 'It is made of your name, your address or your organisation. Use something else.';
  return undefined;
}

const lookalikes: Record<string, string> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** The word within: `P@ssw0rd2026!!` → `password`. */
function coreOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
    .replace(/[013457@$!]/g, (sign) => lookalikes[sign] ?? sign)
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** One piece of up to six characters, over and over. */
function isRepetition(letters: readonly string[]): boolean {
  return [1, 2, 3, 4, 5, 6].some((size) =>
    letters.every((letter, at) => at < size || letter === letters[at - size]),
  );
}

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];

/** How many characters continue a run of the alphabet, the numbers or a keyboard row, either way. */
function runs(letters: readonly string[]): number {
  const neighbours = (a: string, b: string) => rows.some((row) => row.includes(a + b) || row.includes(b + a));
  return letters.filter(
    (letter, at) => at > 0 && neighbours((letters[at - 1] ?? '').toLowerCase(), letter.toLowerCase()),
  ).length;
}
