/** Tags by name, in their order. Names are case-sensitive; values are without the blanks around them. */
export type TagList = ReadonlyMap<string, string>;

/**
 * Reads `tag=value; tag=value` of an unfolded field or a TXT record (RFC 6376 §3.2). A last `;` is allowed.
 * Null when it is none: a part without a name, an empty part, a control character, or a tag that occurs twice.
 */
export function parseTagList(text: string): TagList | null {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim();
    const value = part.slice(equals + 1).trim();
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || hasControl(value) || tags.has(name)) return null;
    tags.set(name, value);
  }
  return tags.size === 0 ? null : tags;
}

/** Parts of a value that are separated by colons, without the blanks around them (RFC 6376 §3.5 h=, q=). */
export function splitList(value: string): string[] {
  return value.split(':').map((part) => part.trim());
}

/** Bytes of a base64 value, which may be folded anywhere (RFC 6376 §2.10); null when it is none. */
export function readBase64(value: string): Buffer | null {
  const text = value.replace(/[ \t\r\n]+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) return null;
  return Buffer.from(text, 'base64');
}

/** A count or time in a tag: at most 12 digits here, where RFC 6376 §3.5 has room for 76. Null when it is none. */
export function readNumber(value: string): number | null {
  return /^[0-9]{1,12}$/.test(value) ? Number(value) : null;
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return true;
  }
  return false;
}
