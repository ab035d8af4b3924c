import { BodyHash } from './body-hash.ts';
import type { Canonicalization } from './canonicalization.ts';

/** What a signature says of the body. */
export interface BodyClaim {
  readonly canonicalization: Canonicalization;
  /** Octets of the canonical body that are signed; null: all. */
  readonly limit: number | null;
}

/** The hashes that the signatures of one message need, each computed once however many ask for it. */
export class BodyHashes {
  readonly #hashes = new Map<string, BodyHash>();
  readonly #finished = new Map<string, ReturnType<BodyHash['finish']>>();

  /** Before the first byte of the body. */
  need(claim: BodyClaim): void {
    const key = keyOf(claim);
    if (!this.#hashes.has(key)) this.#hashes.set(key, new BodyHash(claim.canonicalization, claim.limit));
  }

  write(chunk: Buffer): void {
    for (const hash of this.#hashes.values()) hash.write(chunk);
  }

  /** After the last byte. Throws RangeError for what was never asked for. */
  of(claim: BodyClaim): ReturnType<BodyHash['finish']> {
    const key = keyOf(claim);
    const known = this.#finished.get(key) ?? this.#hashes.get(key)?.finish();
    if (known === undefined) throw new RangeError('This body hash was not asked for');
    this.#finished.set(key, known);
    return known;
  }
}

function keyOf({ canonicalization, limit }: BodyClaim): string {
  return `${canonicalization} ${limit ?? ''}`;
}
