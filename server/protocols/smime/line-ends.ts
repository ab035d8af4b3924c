import { inSlices } from '../cms/index.ts';

/**
 * Content in canonical form (RFC 8551 §3.1.1). Some programs sign and encrypt with the line ends of their system; what
 * has a CR already is left as it is.
 */
export async function withCrlf(content: Buffer): Promise<Buffer> {
  if (content.includes(13) || !content.includes(10)) return content;
  const pieces: Buffer[] = [];
  await inSlices([content], (slice) => {
    pieces.push(Buffer.from(slice.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'));
  });
  return Buffer.concat(pieces);
}
