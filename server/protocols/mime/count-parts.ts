const declaration = /boundary\s{0,20}=\s{0,20}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/gi; // RFC 2046 §5.1.1 allows 70
const delimiter = /(?:^|\n)--([^\r\n]{1,202})/g;

/**
 * How many part delimiters a message holds, counted until `enough` is exceeded: an upper bound of what a
 * parser will make of it, found without building anything. A delimiter is a line of "--" and any
 * boundary that is declared anywhere in the message.
 */
export function countParts(raw: Uint8Array, enough: number): number {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const boundaries = new Set<string>();
  for (const [, quoted, plain] of text.matchAll(declaration))
    boundaries.add((quoted ?? plain ?? '').trimEnd());
  if (boundaries.size === 0) return 0;
  let count = 0;
  for (const [, rest = ''] of text.matchAll(delimiter)) {
    const line = rest.trimEnd();
    if (boundaries.has(line) || (line.endsWith('--') && boundaries.has(line.slice(0, -2)))) count += 1;
    if (count > enough) break;
  }
  return count;
}
