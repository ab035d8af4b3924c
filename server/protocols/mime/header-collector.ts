import { headerLimits } from './header-section.ts';

/** Where the header section of a streamed message ends. */
export type Collected =
  | { readonly state: 'more' } // the empty line has not come yet
  | { readonly state: 'complete'; readonly header: Buffer; readonly rest: Buffer } // header holds the empty line
  | { readonly state: 'too-large' }; // headerLimits.bytes without an empty line

/**
 * Gathers a header section from chunks of any size. Holds at most headerLimits.bytes and one chunk;
 * copies what it keeps, so that chunks may be reused by their owner.
 */
export class HeaderCollector {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  push(chunk: Buffer): Collected {
    const seen = this.#length;
    this.#append(chunk);
    const end = this.#endOfHeader(Math.max(0, seen - 3));
    if (end !== -1) {
      return { state: 'complete', header: this.#bytes.subarray(0, end), rest: chunk.subarray(end - seen) };
    }
    return { state: this.#length > headerLimits.bytes ? 'too-large' : 'more' };
  }

  /** What came so far: for a message that ends without an empty line. */
  collected(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #endOfHeader(from: number): number {
    const held = this.#bytes.subarray(0, this.#length);
    if (held.length >= 2 && held[0] === 13 && held[1] === 10) return 2; // no fields at all
    const found = held.indexOf('\r\n\r\n', from, 'latin1');
    return found === -1 ? -1 : found + 4;
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = needed;
  }
}
