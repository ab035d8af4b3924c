import { JmapMethodError } from './errors.ts';

/** States are the decimal of a counter that only grows. RFC 8620 §1.6.2 leaves their form to the server. */
export function formatState(modseq: number): string {
  return String(modseq);
}

/** The counter behind a state, or cannotCalculateChanges for a string that is none of ours. RFC 8620 §5.2. */
export function parseState(state: string): number {
  const modseq = /^(?:0|[1-9][0-9]{0,15})$/.test(state) ? Number(state) : Number.NaN;
  if (!Number.isSafeInteger(modseq)) throw new JmapMethodError('cannotCalculateChanges');
  return modseq;
}
