import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { isRewritten } from '#protocols/srs/index.ts';

/** One address of an envelope (RFC 5321 §4.1.2, with RFC 6531 characters). */
export interface Mailbox {
  /** Without quotes and escapes. */
  readonly localPart: string;
  /** As given: a domain name, or an address literal with its brackets. */
  readonly domain: string;
  /** The whole address as it goes into a command; the local part is quoted only where it must be. */
  readonly address: string;
  /** True when it can only travel with SMTPUTF8. */
  readonly utf8: boolean;
}

/** A path that was read, and where in the text it ended. `mailbox` is null for the empty reverse path `<>`. */
export interface ParsedPath {
  readonly mailbox: Mailbox | null;
  readonly end: number;
}

/** Atoms with dots between them, from `lastIndex` on; what is not ASCII is looked at apart. */
const dotString =
  /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+)*/uy;
/** Characters beyond ASCII that are no text: controls, blanks, surrogates, private use (RFC 6532 §3.1 wants text). */
const unsuitable = /[^\x00-\x7f\p{L}\p{M}\p{N}\p{P}\p{S}]/u; // oxlint-disable-line no-control-regex -- the range is the point
const domainName = /[^\s<>@,;:()[\]\\"]*/y;
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const nonAscii = /[^\x00-\x7f]/; // oxlint-disable-line no-control-regex -- the range is the point

/** Octets of a local part, quotes included (RFC 5321 §4.5.3.1.1). */
const longestLocalPart = 64;
/** Octets of a domain (§4.5.3.1.2). */
const longestDomain = 255;
/** Octets of a path without its angle brackets (§4.5.3.1.3: 256 with them). */
const longestAddress = 254;

/** Reads one whole address, `local@domain`. Null when it is not one by RFC 5321: comments, blanks and obsolete forms are refused. */
export function parseMailbox(text: string): Mailbox | null {
  const parsed = readMailbox(text, 0);
  return parsed !== null && parsed.end === text.length ? parsed.mailbox : null;
}

/** Reads `<…>` at `from`. Source routes (`<@a,@b:c@d>`) are dropped (RFC 5321 §4.1.2, appendix C). Null when it is no path. */
export function parsePath(text: string, from = 0): ParsedPath | null {
  if (text[from] !== '<') return null;
  if (text[from + 1] === '>') return { mailbox: null, end: from + 2 };
  const start = text[from + 1] === '@' ? skipSourceRoute(text, from + 1) : from + 1;
  const parsed = start === null ? null : readMailbox(text, start);
  if (parsed === null || text[parsed.end] !== '>') return null;
  return { mailbox: parsed.mailbox, end: parsed.end + 1 };
}

function skipSourceRoute(text: string, from: number): number | null {
  const colon = text.indexOf(':', from);
  if (colon < 0) return null;
  const hops = text.slice(from, colon).split(',');
  return hops.every((hop) => hop[0] === '@' && isDomainName(hop.slice(1))) ? colon + 1 : null;
}

function readMailbox(text: string, from: number): { mailbox: Mailbox; end: number } | null {
  const local = text[from] === '"' ? readQuoted(text, from) : readDotString(text, from);
  if (local === null || text[local.end] !== '@') return null;
  const written = text.slice(from, local.end);
  // Senders that forwarders rewrote may be as long as a path: larger ones may be taken, and reports must find back.
  if (Buffer.byteLength(written) > longestLocalPart && !isRewritten(written)) return null;
  const domain = readDomain(text, local.end + 1);
  if (domain === null) return null;
  const plain =
    matchAt(dotString, local.value, 0) === local.value && local.value !== ''
      ? local.value
      : `"${local.value.replace(/["\\]/g, '\\$&')}"`;
  const address = `${plain}@${domain.value}`;
  if (Buffer.byteLength(text.slice(from, domain.end)) > longestAddress) return null;
  return {
    mailbox: { localPart: local.value, domain: domain.value, address, utf8: nonAscii.test(address) },
    end: domain.end,
  };
}

function readDotString(text: string, from: number): { value: string; end: number } | null {
  const value = matchAt(dotString, text, from);
  return value === '' || unsuitable.test(value) ? null : { value, end: from + value.length };
}

function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? '';
}

function readQuoted(text: string, from: number): { value: string; end: number } | null {
  let value = '';
  for (let at = from + 1; at < text.length;) {
    let character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\') {
      character = text[++at] ?? '';
      if (!(character >= ' ' && character <= '~')) return null; // quoted-pairSMTP = "\" %d32-126
    } else if (character < ' ' || character === '\x7f' || unsuitable.test(character)) return null;
    value += character;
    at += character.length;
  }
  return null;
}

function readDomain(text: string, from: number): { value: string; end: number } | null {
  if (text[from] === '[') {
    const close = text.indexOf(']', from);
    const value = text.slice(from, close + 1);
    return close > 0 && isAddressLiteral(value) ? { value, end: close + 1 } : null;
  }
  const value = matchAt(domainName, text, from);
  return isDomainName(value) ? { value, end: from + value.length } : null;
}

/** A host name by RFC 5321 §2.3.5: letters, digits, inner hyphens; U-labels count by their A-label (RFC 6531 §3.3). */
export function isDomainName(value: string): boolean {
  if (value.length === 0 || Buffer.byteLength(value) > longestDomain) return false;
  const ascii = nonAscii.test(value) ? domainToASCII(value) : value;
  return (
    ascii.length > 0 && ascii.length <= longestDomain && ascii.split('.').every((part) => label.test(part))
  );
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3); other literal forms are not taken. */
export function isAddressLiteral(value: string): boolean {
  const inner = value.slice(1, -1);
  if (value[0] !== '[' || value.at(-1) !== ']') return false;
  if (!/^IPv6:/i.test(inner)) return isIPv4(inner);
  const address = inner.slice(5);
  if (!isIPv6(address) || address.includes('%')) return false;
  if (!address.includes('::')) return true;
  const groups = address
    .split(':')
    .reduce((sum, group) => sum + (group === '' ? 0 : group.includes('.') ? 2 : 1), 0);
  return groups <= 6; // §4.1.3: "::" stands for at least two groups
}
