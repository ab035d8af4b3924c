import { createHash } from 'node:crypto';
import type { Canonicalization } from './canonicalization.ts';
import { BodyCanonicalizer } from './canonicalize-body.ts';

/** The SHA-256 of a body that comes in pieces, in canonical form, of all of it or of its first octets. */
export class BodyHash {
  readonly #hash = createHash('sha256');
  readonly #canonicalizer: BodyCanonicalizer;
  #length = 0;

  /** `limit` is `l=` of a signature; null: the whole body. */
  constructor(how: Canonicalization, limit: number | null = null) {
    this.#canonicalizer = new BodyCanonicalizer(how, (bytes) => {
      const left = limit === null ? bytes.length : Math.max(0, limit - this.#length);
      this.#length += bytes.length;
      if (left > 0) this.#hash.update(bytes.subarray(0, left));
    });
  }

  write(chunk: Buffer): void {
    this.#canonicalizer.write(chunk);
  }

  /** Once. `length` counts the whole canonical body, in octets. */
  finish(): { readonly digest: Buffer; readonly length: number } {
    this.#canonicalizer.finish();
    return { digest: this.#hash.digest(), length: this.#length };
  }
}
