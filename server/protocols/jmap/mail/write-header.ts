import * as z from 'zod';
import { parseAddress } from '#protocols/mime/address.ts';
import { encodeWords } from '#protocols/mime/encoded-word.ts';
import { writeMailDate } from './date-time.ts';
import type { Json } from '../json.ts';
import type { HeaderForm } from './header-property.ts';

const line = /^[^\0-\x1f\x7f]*$/;
const Name = z.string().max(998).regex(line).nullish();
const EmailAddress = z.strictObject({ name: Name, email: z.string().max(998).refine(isWritableAddress) });
const Addresses = z.array(EmailAddress).max(10_000);
const schemas = {
  asRaw: z
    .string()
    .max(16_384)
    .regex(/^(?:[\t -~]|\r\n[\t ])*$/),
  asText: z.string().max(16_384).regex(line),
  asAddresses: Addresses,
  asGroupedAddresses: z.array(z.strictObject({ name: Name, addresses: Addresses })).max(1_000),
  asMessageIds: z
    .array(
      z
        .string()
        .min(1)
        .max(994)
        .regex(/^[!-;=?-~]+$/),
    )
    .max(1_000),
  asDate: z.string(),
  asURLs: z
    .array(
      z
        .string()
        .min(1)
        .max(990)
        .regex(/^[!-;=?-~]+$/),
    )
    .max(100),
} satisfies Record<HeaderForm, z.ZodType>;

/**
 * A header value in one of the forms of RFC 8621 §4.1.2 as the words of a field, ASCII unless an address
 * itself is not; null when it does not have that form or could break out of its field.
 * Half-written addresses are taken, for drafts: sending looks at them again.
 */
export function headerWords(value: Json, form: HeaderForm): readonly string[] | null {
  switch (form) {
    case 'asRaw': {
      const raw = schemas.asRaw.safeParse(value);
      return raw.success ? [raw.data.replace(/^ /, '')] : null;
    }
    case 'asText': {
      const text = schemas.asText.safeParse(value);
      return text.success ? encodeWords(text.data).split(' ') : null;
    }
    case 'asAddresses': {
      const list = schemas.asAddresses.safeParse(value);
      return list.success ? separated(list.data.map(addressWords)) : null;
    }
    case 'asGroupedAddresses': {
      const groups = schemas.asGroupedAddresses.safeParse(value);
      return groups.success
        ? separated(groups.data.flatMap(({ name, addresses }) => groupWords(name, addresses)))
        : null;
    }
    case 'asMessageIds': {
      const ids = schemas.asMessageIds.safeParse(value);
      return ids.success ? ids.data.map((id) => `<${id}>`) : null;
    }
    case 'asDate': {
      const date = typeof value === 'string' ? writeMailDate(value) : null;
      return date === null ? null : [date];
    }
    case 'asURLs': {
      const urls = schemas.asURLs.safeParse(value);
      return urls.success ? separated(urls.data.map((url) => [`<${url}>`])) : null;
    }
  }
}

/** One field with its CRLF, folded between words to lines of 78 characters where it can be. RFC 5322 §2.1.1. */
export function writeField(name: string, words: readonly string[]): string {
  let written = `${name}:`;
  let width = written.length;
  for (const word of words) {
    const mustFold = width + 1 + word.length > 78 && width > 1 && written !== `${name}:` && word !== '';
    written += `${mustFold ? '\r\n' : ''} ${word}`;
    width = (mustFold ? 0 : width) + 1 + word.length;
  }
  return `${written}\r\n`;
}

function isWritableAddress(email: string): boolean {
  return parseAddress(email) !== null || /^[^\s\0-\x1f\x7f<>,;:()"\\]*$/.test(email);
}

type Address = z.output<typeof EmailAddress>;

function addressWords({ name, email }: Address): string[] {
  const address = parseAddress(email)?.address ?? email;
  const phrase = phraseWords(name ?? '');
  return phrase.length === 0 ? [address] : [...phrase, `<${address}>`];
}

function groupWords(name: string | null | undefined, addresses: readonly Address[]): string[][] {
  if (name === null || name === undefined) return addresses.map(addressWords);
  const members = separated(addresses.map(addressWords));
  const phrase = phraseWords(name);
  const label = phrase.length === 0 ? ['""'] : phrase;
  return [
    [...label.slice(0, -1), `${label.at(-1) ?? ''}:`, ...members.slice(0, -1), `${members.at(-1) ?? ''};`],
  ];
}

/** RFC 5322 §3.2.5 phrase: atoms as they are, other ASCII quoted, the rest as encoded words. */
function phraseWords(name: string): string[] {
  if (name === '') return [];
  if (!/^[ -~]*$/.test(name) || name.includes('=?')) {
    return /^[ -~]*$/.test(name) ? [quote(name)] : encodeWords(name).split(' ');
  }
  return /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(name)
    ? name.split(' ')
    : [quote(name)];
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Words of items with commas between them. */
function separated(items: readonly (readonly string[])[]): string[] {
  return items.flatMap((words, index) =>
    index === items.length - 1 ? [...words] : [...words.slice(0, -1), `${words.at(-1) ?? ''},`],
  );
}
