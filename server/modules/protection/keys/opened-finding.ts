import * as z from 'zod';
import { KeyKind } from '#contract/keys.ts';

/** What was found when a signed or encrypted message was opened. Codes only: stored in the clear. */
export const OpenedFinding = z.object({
  kind: KeyKind,
  encryption: z.enum([
    'none', // readable by everybody on the way
    'decrypted',
    'no-key', // for a key that is not kept here
    'unauthenticated', // could have been changed on its way: not opened
    'too-large',
    'unreadable',
  ]),
  signature: z.enum([
    'none',
    'trusted', // valid, by a key that is trusted for who is shown as author
    'undecided', // valid, by a key of that address which nobody has decided on
    'distrusted', // valid, by a key that is never to be used
    'revoked', // valid, by a certificate that its issuer has revoked or put on hold
    'other-person', // valid, by a key of another address
    'unknown-key',
    'invalid', // what was signed was changed
    'unfit', // by a certificate that had run out or may not sign mail
  ]),
  /** Subject, author and date: under the signature, or as anybody could have written them. */
  headers: z.enum(['protected', 'unprotected', 'from-differs']),
});
export type OpenedFinding = z.output<typeof OpenedFinding>;

export interface OpenedWords {
  readonly tone: 'safe' | 'plain' | 'risk';
  readonly words: string;
}

const encryptionWords = {
  none: null,
  decrypted: { tone: 'safe', words: 'Came encrypted; it was opened here with your key' },
  'no-key': { tone: 'risk', words: 'Encrypted to a key that is not kept here: it cannot be opened' },
  unauthenticated: {
    tone: 'risk',
    words: 'Encrypted in an outdated way that others could have tampered with: it was not opened',
  },
  'too-large': { tone: 'risk', words: 'Encrypted, and too large to be opened' },
  unreadable: { tone: 'risk', words: 'Encrypted, but damaged: it cannot be opened' },
} as const satisfies Record<OpenedFinding['encryption'], OpenedWords | null>;

const signatureWords = {
  none: null,
  trusted: { tone: 'safe', words: 'Signed by the sender, with a key that is trusted here' },
  undecided: { tone: 'plain', words: 'Signed, but nobody here has checked that the key is the sender’s' },
  distrusted: {
    tone: 'risk',
    words: 'Signature not valid: made with a key that your organisation distrusts',
  },
  revoked: {
    tone: 'risk',
    words: 'Signature not valid: made with a certificate that was revoked or put on hold',
  },
  'other-person': {
    tone: 'risk',
    words: 'Signature not valid: the key belongs to another address than the sender’s',
  },
  'unknown-key': { tone: 'plain', words: 'Signed with a key that is not known here, so it proves nothing' },
  unfit: { tone: 'risk', words: 'Signature not valid: the certificate had run out, or may not sign mail' },
  invalid: { tone: 'risk', words: 'Signature not valid: the message was changed after it was signed' },
} as const satisfies Record<OpenedFinding['signature'], OpenedWords | null>;

/** What a reader is told, the encryption first. */
export function describeOpened({ encryption, signature, headers }: OpenedFinding): OpenedWords[] {
  const told: (OpenedWords | null)[] = [encryptionWords[encryption], signatureWords[signature]];
  if (signature === 'trusted' && headers === 'unprotected')
    told.push({ tone: 'plain', words: 'Its subject is not covered by the signature' });
  if (headers === 'from-differs')
    told.push({ tone: 'risk', words: 'The sender within is not the sender outside' });
  return told.filter((each) => each !== null);
}
