import type { Resolver } from './resolver.ts';

/** Whether the resolver validates DNSSEC, as it showed itself. */
export type ValidationProof =
  | { readonly validates: true }
  | { readonly validates: false; readonly because: ValidationDoubt };

export type ValidationDoubt =
  | 'not-on-loopback' // its AD bit crosses a network, where anybody could set it
  | 'known-bad-accepted' // a zone whose signatures are wrong was answered: nothing is checked
  | 'known-good-unproven' // a signed name came without the AD bit
  | 'no-answer'; // neither could be asked: nothing is known

/**
 * Asks for a name whose signatures are wrong, which must fail, and for a signed one, which must come with the AD
 * bit (RFC 7672 §2.1.1). Both: a resolver that fails everything would pass the first alone.
 */
export async function proveValidation(
  resolver: Pick<Resolver, 'addresses' | 'mx'>,
  { bad, good }: { readonly bad: string; readonly good: string },
  loopback: boolean,
): Promise<ValidationProof> {
  if (!loopback) return doubt('not-on-loopback');
  const [forged, signed] = await Promise.all([resolver.addresses(bad), answerOf(resolver, good)]);
  if (forged.kind === 'found' || forged.kind === 'no-data') return doubt('known-bad-accepted');
  if (signed === 'unknown') return doubt('no-answer');
  if (signed === 'unsigned') return doubt('known-good-unproven');
  return forged.kind === 'temporary' && forged.because === 'server-failure'
    ? { validates: true }
    : doubt('no-answer');
}

async function answerOf(
  resolver: Pick<Resolver, 'addresses' | 'mx'>,
  name: string,
): Promise<'signed' | 'unsigned' | 'unknown'> {
  const answers = await Promise.all([resolver.addresses(name), resolver.mx(name)]);
  const found = answers.filter((answer) => answer.kind === 'found');
  if (found.length === 0) return 'unknown';
  return found.every(({ secure }) => secure) ? 'signed' : 'unsigned';
}

const doubt = (because: ValidationDoubt): ValidationProof => ({ validates: false, because });
