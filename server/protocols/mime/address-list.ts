import { parseAddress } from './address.ts';
import { decodeEncodedWords } from './encoded-word.ts';

export interface Mailbox {
  /** Decoded display name, or ''. For showing only: anybody may write anything here. */
  readonly name: string;
  /** As parseAddress gives it. */
  readonly address: string;
}

export interface AddressGroup {
  readonly name: string;
  readonly members: readonly Mailbox[];
}

export interface AddressList {
  /** Mailboxes and groups, in their order. */
  readonly entries: ReadonlyArray<Mailbox | AddressGroup>;
  /** Entries that hold no valid address, as text. */
  readonly invalid: readonly string[];
}

type Token =
  | { readonly kind: 'special'; readonly text: string } // one of , ; : < >
  | { readonly kind: 'word'; readonly text: string; readonly raw: string } // atom run or quoted string
  | { readonly kind: 'space' }
  | { readonly kind: 'comment'; readonly text: string };

/**
 * Reads an address-list (RFC 5322 §3.4) with groups, comments, quoted strings and the obsolete forms
 * that are still sent (empty elements, routes, spaces around dots). `value` is an unfolded field.
 * Encoded words are decoded after the structure is known, so that they cannot add an address.
 * Linear in the length of the value.
 */
export function parseAddressList(value: string): AddressList {
  const entries: Array<Mailbox | AddressGroup> = [];
  const invalid: string[] = [];
  let group: { name: string; members: Mailbox[] } | null = null;
  let part: Token[] = [];
  let inAngle = false;
  const endMailbox = () => {
    const source = part;
    part = [];
    if (source.every((token) => token.kind === 'space' || token.kind === 'comment')) return;
    const mailbox = readMailbox(source);
    if (mailbox === null) invalid.push(decodeEncodedWords(rawText(source).trim()));
    else (group?.members ?? entries).push(mailbox);
  };
  const endGroup = () => {
    if (group !== null) entries.push(group);
    group = null;
  };
  for (const token of tokens(value)) {
    if (token.kind !== 'special' || inAngle) {
      part.push(token);
      if (token.kind === 'special' && token.text === '>') inAngle = false;
    } else if (token.text === ',') endMailbox();
    else if (token.text === ';') {
      endMailbox();
      endGroup();
    } else if (token.text === ':' && group === null) {
      group = { name: phrase(part), members: [] };
      part = [];
    } else {
      part.push(token);
      inAngle = token.text === '<';
    }
  }
  endMailbox();
  endGroup();
  return { entries, invalid };
}

/** All mailboxes of a list, those in groups included. */
export function parseMailboxes(value: string): Mailbox[] {
  if (value === '') return []; // most fields that may hold some are not there
  return parseAddressList(value).entries.flatMap((entry) => ('members' in entry ? entry.members : [entry]));
}

function readMailbox(part: readonly Token[]): Mailbox | null {
  const open = part.findIndex((token) => token.kind === 'special' && token.text === '<');
  if (open === -1) {
    const parsed = parseAddress(rawText(part));
    return parsed && { name: comments(part), address: parsed.address };
  }
  const close = part.findIndex(
    (token, index) => index > open && token.kind === 'special' && token.text === '>',
  );
  if (
    close === -1 ||
    part.slice(close + 1).some((token) => token.kind === 'word' || token.kind === 'special')
  )
    return null;
  const route = /^@[^:]*:(.*)$/s; // RFC 5322 §4.4 obs-route
  const text = rawText(part.slice(open + 1, close));
  const parsed = parseAddress(route.exec(text)?.[1] ?? text);
  return parsed && { name: phrase(part.slice(0, open)) || comments(part), address: parsed.address };
}

/** The address in a part: its words without the space and comments that may stand around dots and "@". */
function rawText(part: readonly Token[]): string {
  const pieces: string[] = [];
  let last = '';
  let gap = false;
  for (const token of part) {
    if (token.kind === 'space' || token.kind === 'comment') gap = true;
    else {
      const next = token.kind === 'word' ? token.raw : token.text;
      const mayClose = last === '' || /[.@]$/.test(last) || /^[.@]/.test(next);
      pieces.push(gap && !mayClose ? ` ${next}` : next);
      last = next;
      gap = false;
    }
  }
  return pieces.join('');
}

function phrase(part: readonly Token[]): string {
  const text = part
    .map((token) => (token.kind === 'space' ? ' ' : token.kind === 'comment' ? '' : token.text))
    .join('');
  return readable(text);
}

function comments(part: readonly Token[]): string {
  return readable(part.map((token) => (token.kind === 'comment' ? token.text : '')).join(' '));
}

function readable(text: string): string {
  return decodeEncodedWords(text.trim())
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function* tokens(value: string): Generator<Token> {
  let index = 0;
  while (index < value.length) {
    const start = index;
    const character = value[index] ?? '';
    if (character === ' ' || character === '\t') {
      while (value[index] === ' ' || value[index] === '\t') index += 1;
      yield { kind: 'space' };
    } else if (character === '(') {
      index = endOfComment(value, index);
      yield { kind: 'comment', text: unescape(value.slice(start + 1, index - 1)) };
    } else if (character === '"') {
      index = endOfQuoted(value, index);
      const raw = value.slice(start, index);
      yield { kind: 'word', raw, text: unescape(raw.slice(1, -1)) };
    } else if (',;:<>'.includes(character)) {
      index += 1;
      yield { kind: 'special', text: character };
    } else if (character === '[') {
      const close = value.indexOf(']', index);
      index = close === -1 ? value.length : close + 1;
      yield { kind: 'word', raw: value.slice(start, index), text: value.slice(start, index) };
    } else {
      while (index < value.length && !' \t("[,;:<>'.includes(value[index] ?? '')) index += 1;
      yield { kind: 'word', raw: value.slice(start, index), text: value.slice(start, index) };
    }
  }
}

function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let index = start; index < value.length; index += 1) {
    if (value[index] === '\\') index += 1;
    else if (value[index] === '(') depth += 1;
    else if (value[index] === ')' && (depth -= 1) === 0) return index + 1;
  }
  return value.length + 1; // unclosed: the rest is comment
}

function endOfQuoted(value: string, start: number): number {
  for (let index = start + 1; index < value.length; index += 1) {
    if (value[index] === '\\') index += 1;
    else if (value[index] === '"') return index + 1;
  }
  return value.length;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
