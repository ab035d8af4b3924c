import { normalizeAddress, parseAddress } from '../mime/address.ts';

/** A key that a message carries in its header. Autocrypt Level 1 §2.1. It is a claim, and worth no more than the message. */
export interface AutocryptKey {
  readonly address: string;
  /** Binary, not read yet. */
  readonly key: Uint8Array;
}

/** Longest field that is looked at, characters. */
const longest = 64 * 1024;

const known = new Set(['addr', 'keydata', 'prefer-encrypt']);

/** Null when it is not one, or has a critical attribute that is not known. */
export function parseAutocrypt(value: string): AutocryptKey | null {
  if (value.length > longest) return null;
  const attributes = new Map<string, string>();
  for (const part of value.split(';')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    attributes.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).replace(/\s/g, ''));
  }
  if (attributes.keys().some((name) => !name.startsWith('_') && !known.has(name))) return null;
  const address = parseAddress(attributes.get('addr') ?? '');
  const keydata = attributes.get('keydata') ?? '';
  if (address === null || !/^[A-Za-z0-9+/]+={0,2}$/.test(keydata)) return null;
  return { address: normalizeAddress(address.address), key: Buffer.from(keydata, 'base64') };
}
