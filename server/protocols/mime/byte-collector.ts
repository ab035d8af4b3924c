const smallest = 8192;
/** Few steps: each leaves what it outgrew to the garbage collector. */
const growth = 4;

/** Joins pieces of any size into one Buffer without a copy for each; copies what it is given. */
export class ByteCollector {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    const needed = this.#length + piece.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * growth, smallest));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = needed;
  }

  /** What came so far; shares memory with the collector. */
  collected(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
