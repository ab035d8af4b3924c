// RFC 2047 §2, with the language tag of RFC 2231 §5.
// Charset and language are held short, so that a value of many openings costs linear work.
const word = /=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([bq])\?([^?]*)\?=/gi;
const betweenWords = /(\?=)[ \t]+(?==\?[^?\s]{1,81}\?[bq]\?[^?]*\?=)/gi;
const controls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/**
 * Decodes encoded words in an unfolded value. Space between neighbours vanishes (§6.2); neighbours of
 * one charset are joined before decoding, because senders cut characters in two. What cannot be
 * decoded stays as it came. Decoded control characters become a space: no line can be smuggled in.
 */
export function decodeEncodedWords(value: string): string {
  if (!value.includes('=?')) return value;
  const pieces: string[] = [];
  let pending: { charset: string; bytes: Buffer[]; source: string } | null = null;
  let position = 0;
  const flush = () => {
    if (pending !== null)
      pieces.push(decodeBytes(pending.charset, Buffer.concat(pending.bytes)) ?? pending.source);
    pending = null;
  };
  const joined = value.replace(betweenWords, '$1');
  for (const match of joined.matchAll(word)) {
    const [source, charset = '', encoding = '', text = ''] = match;
    if (match.index > position) {
      flush();
      pieces.push(joined.slice(position, match.index));
    }
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text);
    if (pending !== null && pending.charset.toLowerCase() === charset.toLowerCase()) {
      pending.bytes.push(bytes);
      pending.source += source;
    } else {
      flush();
      pending = { charset, bytes: [bytes], source };
    }
    position = match.index + source.length;
  }
  flush();
  pieces.push(joined.slice(position));
  return pieces.join('');
}

function decodeQ(text: string): Buffer {
  const latin1 = text
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}

function decodeBytes(charset: string, bytes: Buffer): string | null {
  try {
    return new TextDecoder(charset.toLowerCase()).decode(bytes).replace(controls, ' ');
  } catch {
    return null; // a charset that WHATWG does not know
  }
}

/** One value as RFC 2047 encoded words in UTF-8, B encoding, none longer than 75 characters; ASCII is returned as it is. */
export function encodeWords(value: string): string {
  if (/^[ -~]*$/.test(value) && !value.includes('=?')) return value;
  const words: string[] = [];
  let chunk = '';
  for (const character of value.toWellFormed()) {
    if (Buffer.byteLength(chunk + character) > 45) {
      words.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  words.push(chunk);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}
