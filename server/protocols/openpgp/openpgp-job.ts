import type { KeyPairRead, PublicKeyRead } from './key-facts.ts';

/** Why a job came to nothing. */
export type OpenPgpProblem =
  | 'unreadable' // not OpenPGP, or damaged
  | 'passphrase-wrong' // or one is needed
  | 'key-unusable' // expired, revoked, too weak, or without a subkey for this
  | 'no-key' // encrypted to none of the keys given
  | 'unauthenticated' // ciphertext that could have been changed on its way (no MDC, no AEAD): never opened
  | 'too-large' // more than the limit once decompressed
  | 'too-busy' // more waits than one thread can do
  | 'too-slow'
  | 'too-much-memory';

/** One signature that was found on a message. */
export interface SignatureSeen {
  /** Of the key that it names, 16 hexadecimal digits. */
  readonly keyId: string;
  /** Fingerprint of the primary key that made it; null when none of the keys given did. */
  readonly fingerprint: string | null;
  readonly verdict:
    | 'valid' // over exactly these bytes, by a key that was good then
    | 'unknown-key' // by none of the keys given
    | 'invalid'; // the bytes were changed, or the key was not good for it
  readonly createdAt: Date | null;
}

export interface Opened {
  readonly content: Uint8Array;
  readonly signatures: readonly SignatureSeen[];
}

/** What one job is and what it answers. Everything is copied between threads. */
export interface OpenPgpJobs {
  readonly readKeys: { given: { bytes: Uint8Array; at: Date }; answer: PublicKeyRead[] };
  readonly readPair: { given: { bytes: Uint8Array; passphrase: string; at: Date }; answer: KeyPairRead };
  readonly generate: { given: { name: string; address: string; at: Date }; answer: KeyPairRead };
  readonly encrypt: {
    given: { content: Uint8Array; to: Uint8Array; signWith: Uint8Array | null; at: Date };
    answer: string;
  };
  readonly sign: {
    given: { content: Uint8Array; signWith: Uint8Array; at: Date };
    answer: { signature: string; micalg: string };
  };
  readonly decrypt: {
    given: {
      content: Uint8Array;
      secretKeys: readonly Uint8Array[];
      signers: readonly Uint8Array[];
      /** Once decrypted and decompressed. */
      limitBytes: number;
      at: Date;
    };
    answer: Opened;
  };
  readonly verify: {
    given: { content: Uint8Array; signature: Uint8Array; signers: readonly Uint8Array[]; at: Date };
    answer: readonly SignatureSeen[];
  };
}

export type JobName = keyof OpenPgpJobs;

export type OpenPgpJob = {
  [N in JobName]: { readonly name: N; readonly given: OpenPgpJobs[N]['given'] };
}[JobName];

/** What a thread answers. */
export type JobOutcome<N extends JobName> =
  | { readonly ok: true; readonly answer: OpenPgpJobs[N]['answer'] }
  | { readonly ok: false; readonly problem: OpenPgpProblem };
