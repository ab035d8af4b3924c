import { readEntity, type MimeEntity } from '../mime/mime-entity.ts';
import { splitMultipart } from '../mime/split-multipart.ts';
import { smimeKindOf } from './smime-entity.ts';

export type WrappedPart = 'encrypted-part-inside' | 'signed-part-inside';

const deepest = 10;

/**
 * Signed and encrypted parts inside a payload, which are left as they are: decrypted text between parts of another
 * hand can be made to leak (EFAIL), and a signature on one part says nothing about the rest.
 */
export function findWrappedParts(payload: Buffer): WrappedPart[] {
  const found = new Set<WrappedPart>();
  const read = readEntity(payload);
  if (read.ok) visit(read.entity, 0, found);
  return [...found];
}

function visit(entity: MimeEntity, depth: number, found: Set<WrappedPart>): void {
  const kind = smimeKindOf(entity);
  if (depth > 0 && kind === 'cms') found.add('encrypted-part-inside');
  if (depth > 0 && kind === 'signed') found.add('signed-part-inside');
  if (!entity.type.startsWith('multipart/') || depth > deepest) return;
  for (const part of splitMultipart(entity)?.parts ?? []) {
    const read = readEntity(part);
    if (read.ok) visit(read.entity, depth + 1, found);
  }
}
