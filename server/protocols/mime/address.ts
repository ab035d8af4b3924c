import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** One mailbox address, as SMTP carries it (RFC 5321 §4.1.2 Mailbox, RFC 6531 for UTF-8). */
export interface EmailAddress {
  /** Local part as written, with its quotes if it has any. */
  readonly local: string;
  /** Lower case, A-labels for an internationalised name; an address literal keeps its brackets. */
  readonly domain: string;
  /** `local@domain`. */
  readonly address: string;
}

const atom =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u{80}-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u{80}-\u{10ffff}]+)*$/u;
// RFC 5321 §4.1.2 Quoted-string: printable ASCII, a backslash before any printable character.
const quoted = /^"(?:[ !#-[\]-~\u{80}-\u{10ffff}]|\\[ -~])*"$/u;
// Beyond ASCII: controls, formats (bidirectional overrides, zero width), lone surrogates, spaces.
const deceptive = /[\p{C}\p{Zl}\p{Zp}]|[^\P{Zs} ]/u;
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** RFC 5321 §4.5.3.1, in octets. The path limit of 256 holds two angle brackets. */
const limits = { local: 64, domain: 255, address: 254 };

/**
 * Reads one bare address: no display name, no comments, no folding, no obsolete forms.
 * Null when the text is anything else. Domains whose last label is a number are refused
 * (RFC 3696 §2): they are mistyped IP addresses.
 */
export function parseAddress(text: string): EmailAddress | null {
  return parseWithin(text, limits.local);
}

function parseWithin(text: string, longestLocal: number): EmailAddress | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > limits.address || deceptive.test(text)) return null;
  const local = text.slice(0, at);
  if (Buffer.byteLength(local) > longestLocal) return null;
  if (!(local.startsWith('"') ? quoted : atom).test(local)) return null;
  const domain = parseDomain(text.slice(at + 1));
  if (domain === null) return null;
  const address = `${local}@${domain}`;
  if (Buffer.byteLength(address) > limits.address) return null;
  return { local, domain, address };
}

/** A domain name in lower case and A-labels (RFC 5890), or an address literal; null when neither. */
function parseDomain(text: string): string | null {
  if (text.startsWith('[')) return isAddressLiteral(text) ? text : null;
  const ascii = hasNonAscii(text) ? toALabels(text) : text.toLowerCase();
  if (ascii.length === 0 || ascii.length > limits.domain) return null;
  const labels = ascii.split('.');
  if (!labels.every((part) => label.test(part))) return null;
  return /^\d+$/.test(labels.at(-1) ?? '') ? null : ascii;
}

function toALabels(text: string): string {
  // domainToASCII reads as a URL host does: keep it from seeing escapes, ports and the like.
  return /^[A-Za-z0-9.\-\u{80}-\u{10ffff}]+$/u.test(text) ? domainToASCII(text) : '';
}

/** RFC 5321 §4.1.3. General-address-literal has no registered tag and is refused. */
function isAddressLiteral(text: string): boolean {
  if (!text.endsWith(']')) return false;
  const inner = text.slice(1, -1);
  if (/^ipv6:/i.test(inner)) return isIPv6(inner.slice(5)) && !inner.includes('%');
  return isIPv4(inner);
}

function hasNonAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}

/**
 * The form under which an address is looked up and blind-indexed: needless quotes removed,
 * Unicode NFC, lower case, domain in A-labels. RFC 5321 lets hosts tell `Ann@` from `ann@`;
 * none that matters does, and people do not.
 * Total: text that is no address comes back trimmed and lower-cased, and so matches nothing.
 */
export function normalizeAddress(text: string): string {
  const trimmed = text.trim();
  const parsed = parseAddress(trimmed);
  if (parsed === null) return trimmed.normalize('NFC').toLowerCase();
  return `${plainLocal(parsed.local).normalize('NFC').toLowerCase()}@${parsed.domain.toLowerCase()}`;
}

function plainLocal(local: string): string {
  if (!local.startsWith('"')) return local;
  const content = local.slice(1, -1).replace(/\\(.)/gu, '$1');
  if (atom.test(content)) return content;
  return `"${content.replace(/["\\]/g, '\\$&')}"`;
}

/** The domain of an address in look-up form, or null when the text is no address. Envelope senders that were rewritten (SRS) may have longer local parts than people's. */
export function domainOf(text: string): string | null {
  return parseWithin(text.trim(), limits.address)?.domain.toLowerCase() ?? null;
}
