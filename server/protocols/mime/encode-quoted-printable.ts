const lineLimit = 76;

/**
 * Text in the quoted-printable encoding (RFC 2045 §6.7): CRLF stays a line break, a lone CR or LF is encoded, and
 * so is a blank at the end of a line. Decodes to exactly these bytes.
 */
export function encodeQuotedPrintable(bytes: Buffer): Buffer {
  const pieces: string[] = [];
  let column = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 13 && bytes[at + 1] === 10) {
      pieces.push('\r\n');
      column = 0;
      at += 1;
      continue;
    }
    const next = bytes[at + 1];
    const isLast = next === undefined || (next === 13 && bytes[at + 2] === 10);
    const isBlank = byte === 32 || byte === 9;
    const isPlain = isBlank ? !isLast : byte > 32 && byte < 127 && byte !== 61;
    const written = isPlain
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (column + written.length > (isLast ? lineLimit : lineLimit - 1)) {
      pieces.push('=\r\n');
      column = 0;
    }
    pieces.push(written);
    column += written.length;
  }
  return Buffer.from(pieces.join(''), 'latin1');
}
