import { randomInt } from 'node:crypto';

// Crockford's base 32 in lower case: no i, l, o, u, so that nothing is misread.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const groups = 4;
const groupLength = 5;
const minted = new RegExp(`^[${alphabet}]{${groups * groupLength}}$`);

/** A secret that people copy by hand: four groups of five characters, 100 random bits. */
export function mintSpokenSecret(): string {
  const group = () =>
    Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: groups }, group).join('-');
}

/** The secret as minted, however it was typed; undefined when it cannot be one. */
export function readSpokenSecret(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const plain = typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return minted.test(plain) ? plain : undefined;
}
