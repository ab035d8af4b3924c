import type { EmailAddress } from '../../api/jmap/types.ts';

/** What a person typed or pasted, split at commas, semicolons and lines outside quotes and brackets. */
export function parseRecipients(text: string): EmailAddress[] {
  return splitOutside(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseOne);
}

/** Complete enough to ask the server about; the server alone decides (RFC 5321 §4.1.2). */
export function looksComplete(address: string): boolean {
  return /^[^\s@<>,;]+@(?:[^\s@.<>,;]+\.)*[^\s@.<>,;]+$/u.test(address) && address.length <= 254;
}

/** The same address, however its letters are cased. */
export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** `one` followed by those of `more` that it does not have yet. */
export function mergeRecipients(one: readonly EmailAddress[], more: readonly EmailAddress[]): EmailAddress[] {
  const merged = [...one];
  for (const recipient of more) {
    if (!merged.some((known) => sameAddress(known.email, recipient.email))) merged.push(recipient);
  }
  return merged;
}

function parseOne(text: string): EmailAddress {
  const match = /^(.*)<([^<>]*)>\s*$/su.exec(text);
  if (!match) return { name: null, email: text.replace(/^mailto:/i, '') };
  const name = (match[1] ?? '')
    .trim()
    .replace(/^"(.*)"$/su, '$1')
    .replaceAll('\\"', '"');
  return { name: name === '' ? null : name, email: (match[2] ?? '').trim() };
}

function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let current = '';
  let quoted = false;
  let bracketed = false;
  for (const character of text) {
    if (character === '"' && !bracketed) quoted = !quoted;
    if (character === '<' && !quoted) bracketed = true;
    if (character === '>' && !quoted) bracketed = false;
    if (/[,;\n\r\t]/.test(character) && !quoted && !bracketed) {
      parts.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  return [...parts, current];
}
