import { ByteCollector } from './byte-collector.ts';
import { headerLimits } from './header-section.ts';

/** Where the header section of a streamed message ends. */
export type Collected =
  | { readonly state: 'more' } // the empty line has not come yet
  | { readonly state: 'complete'; readonly header: Buffer; readonly rest: Buffer } // header holds the empty line
  | { readonly state: 'too-large' }; // headerLimits.bytes without an empty line

/**
 * Gathers a header section from chunks of any size. Holds at most headerLimits.bytes and one chunk, and
 * copies what it holds, so that chunks may be reused by their owner.
 */
export class HeaderCollector {
  readonly #bytes = new ByteCollector();

  /** What it answers lies in `chunk` or in the collector: copy what must outlive the chunk. */
  push(chunk: Buffer): Collected {
    const seen = this.#bytes.length;
    if (seen === 0) {
      const end = endOfHeader(chunk, 0);
      if (end !== -1) return { state: 'complete', header: chunk.subarray(0, end), rest: chunk.subarray(end) };
    }
    this.#bytes.push(chunk);
    const end = endOfHeader(this.#bytes.collected(), Math.max(0, seen - 3));
    if (end !== -1) {
      return {
        state: 'complete',
        header: this.collected().subarray(0, end),
        rest: chunk.subarray(end - seen),
      };
    }
    return { state: this.#bytes.length > headerLimits.bytes ? 'too-large' : 'more' };
  }

  /** What came so far: for a message that ends without an empty line. */
  collected(): Buffer {
    return this.#bytes.collected();
  }
}

function endOfHeader(bytes: Buffer, from: number): number {
  if (bytes.length >= 2 && bytes[0] === 13 && bytes[1] === 10) return 2; // no fields at all
  const found = bytes.indexOf('\r\n\r\n', from, 'latin1');
  return found === -1 ? -1 : found + 4;
}
