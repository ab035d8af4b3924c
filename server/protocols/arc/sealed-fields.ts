import { canonicalizeField, canonicalizeOwnField } from '#protocols/dkim/index.ts';

/** The fields of one set, as Latin-1 with their folding. */
export interface RawSet {
  readonly results: string;
  readonly message: string;
  readonly seal: string;
}

/**
 * What the seal of the last of these sets is over: all sets up to it, in their order, in relaxed form, its own
 * field last and without its `b=` (RFC 8617 §5.1.1).
 */
export function sealedFields(sets: readonly RawSet[]): Buffer {
  const last = sets.length - 1;
  const text = sets.map(({ results, message, seal }, index) =>
    [
      canonicalizeField(results, 'relaxed'),
      canonicalizeField(message, 'relaxed'),
      index === last ? canonicalizeOwnField(seal, 'relaxed') : canonicalizeField(seal, 'relaxed'),
    ].join(''),
  );
  return Buffer.from(text.join(''), 'latin1');
}
