import { locateTexts } from '#protocols/mime/index.ts';
import type { FooterText } from './footer-text.ts';
import { writePart } from './write-part.ts';

/** A message with the footer in each of its texts; as it was where it has none, or has the footer already. Null: more of it is needed. */
export function withFooter(beginning: Buffer, footer: FooterText, isWhole: boolean): Buffer | null {
  const texts = locateTexts(beginning, isWhole);
  if (texts === 'incomplete') return null;
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const { start, end, entity } of texts) {
    const part = writePart(entity, footer);
    if (part === null) continue;
    pieces.push(beginning.subarray(kept, start), part);
    kept = end;
  }
  return pieces.length === 0 ? beginning : Buffer.concat([...pieces, beginning.subarray(kept)]);
}
