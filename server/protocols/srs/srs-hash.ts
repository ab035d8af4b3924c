import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** 60 bits: a guess costs a conversation. */
const hashLength = 12;

/** Of what an address says, bound to the kind of it and to our domain. Case does not count. */
export function srsHash(key: KeyObject, kind: 'SRS0' | 'SRS1', domain: string, said: string): string {
  const bytes = createHmac('sha256', key)
    .update(`${kind}\0${domain.toLowerCase()}\0${said.toLowerCase()}`)
    .digest();
  return Array.from(bytes.subarray(0, hashLength), (byte) => alphabet[byte & 31]).join('');
}

export function isSrsHash(given: string, expected: string): boolean {
  const bytes = Buffer.from(given.toLowerCase());
  return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected));
}

const day = 86_400_000;
const days = 1024;
/** Days that reports are waited for: longer than any server tries (RFC 5321 §4.5.4.1). */
const longestDays = 21;

/** The day in two characters; the same again after 1,024 days. */
export function srsDay(now: Date): string {
  const number = Math.floor(now.getTime() / day) % days;
  return `${alphabet[number >> 5] ?? ''}${alphabet[number & 31] ?? ''}`;
}

export function isCurrentDay(text: string, now: Date): boolean {
  const [high = -1, low = -1] = Array.from(text.toLowerCase(), (character) => alphabet.indexOf(character));
  if (text.length !== 2 || high < 0 || low < 0) return false;
  const age = ((Math.floor(now.getTime() / day) % days) - high * 32 - low + days) % days;
  return age <= longestDays || age === days - 1; // written by a clock a little ahead of ours
}
