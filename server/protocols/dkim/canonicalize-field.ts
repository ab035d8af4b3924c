import type { Canonicalization } from './canonicalization.ts';

/**
 * One header field in its canonical form, with its CRLF (RFC 6376 §3.4.1, §3.4.2). `raw` is the field's bytes as
 * Latin-1, folding included; a missing last CRLF is added. Work grows with the field's length alone.
 */
export function canonicalizeField(raw: string, how: Canonicalization): string {
  if (how === 'simple') return raw.endsWith('\r\n') ? raw : `${raw}\r\n`;
  const colon = raw.indexOf(':');
  const name = raw.slice(0, colon).trim().toLowerCase();
  return `${name}:${relaxValue(raw.slice(colon + 1))}\r\n`;
}

/** The field of a signature as it is signed: the value of its `b=` left out, and without the last CRLF (§3.7). */
export function canonicalizeOwnField(raw: string, how: Canonicalization): string {
  return canonicalizeField(withoutSignature(raw), how).slice(0, -2);
}

function relaxValue(value: string): string {
  const flat = value.replaceAll('\r\n', '').replace(/[ \t]+/g, ' ');
  return flat.slice(flat.startsWith(' ') ? 1 : 0, flat.endsWith(' ') ? -1 : undefined);
}

/** Every byte between `b=` and the next `;` or the end goes; all others stay as they are. */
function withoutSignature(raw: string): string {
  const colon = raw.indexOf(':') + 1;
  const tags = raw.slice(colon).split(';');
  const emptied = tags.map((tag) => {
    const equals = tag.indexOf('=');
    return tag.slice(0, Math.max(0, equals)).trim() === 'b' ? tag.slice(0, equals + 1) : tag;
  });
  return raw.slice(0, colon) + emptied.join(';');
}
