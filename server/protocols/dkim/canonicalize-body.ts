import type { Canonicalization } from './canonicalization.ts';

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;

/** Line breaks for where more are owed than a chunk has room for. */
const manyBreaks = Buffer.from('\r\n'.repeat(2048));

/**
 * The canonical form of a body that comes in pieces (RFC 6376 §3.4.3, §3.4.4). What is handed to `emit` must be
 * used before the next call. Memory does not grow with the body, and each byte is looked at once.
 */
export class BodyCanonicalizer {
  readonly #relaxed: boolean;
  readonly #emit: (bytes: Buffer) => void;
  /** Line breaks that are written only if something follows: at the end they do not count. */
  #breaks = 0;
  #blank = false;
  #carriageReturn = false;
  /** Whether anything but line breaks was written. */
  #written = false;
  readonly #out = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;

  constructor(how: Canonicalization, emit: (bytes: Buffer) => void) {
    this.#relaxed = how === 'relaxed';
    this.#emit = emit;
  }

  write(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      this.#take(chunk[at++] as number); // below its length
      if (!this.#carriageReturn && !this.#blank && this.#breaks === 0) at = this.#copyRun(chunk, at);
    }
    this.#flush();
  }

  #take(byte: number): void {
    if (this.#carriageReturn) {
      this.#carriageReturn = false;
      if (byte === LF) {
        this.#blank = false; // blanks before a line break do not count; kept ones were written
        this.#breaks += 1;
        return;
      }
      this.#put(CR);
    }
    if (byte === CR) this.#carriageReturn = true;
    else if (this.#relaxed && (byte === SPACE || byte === TAB)) this.#blank = true;
    else this.#put(byte);
  }

  /** Copies what stays as it is while nothing is owed; answers where it ends. */
  #copyRun(chunk: Buffer, from: number): number {
    const out = this.#out;
    const end = Math.min(chunk.length, from + out.length - this.#length);
    let length = this.#length;
    let at = from;
    for (; at < end; at++) {
      const byte = chunk[at] as number; // below its length
      if (byte === CR || (this.#relaxed && (byte === SPACE || byte === TAB))) break;
      out[length++] = byte;
    }
    this.#length = length;
    return at;
  }

  finish(): void {
    if (this.#carriageReturn) this.#put(CR);
    // A relaxed body of nothing stays nothing; a simple one becomes one line break.
    if (this.#written || !this.#relaxed) this.#emitBreaks(1);
  }

  #put(byte: number): void {
    if (this.#breaks > 0) this.#putBreaks();
    if (this.#length + 2 > this.#out.length) this.#flush();
    if (this.#blank) {
      this.#blank = false;
      this.#out[this.#length++] = SPACE;
    }
    this.#out[this.#length++] = byte;
    this.#written = true;
  }

  #putBreaks(): void {
    if (this.#length + 2 * this.#breaks > this.#out.length) this.#emitBreaks(this.#breaks);
    else
      for (; this.#breaks > 0; this.#breaks -= 1)
        this.#length = this.#out.writeUInt16BE(0x0d0a, this.#length);
    this.#breaks = 0;
  }

  #emitBreaks(count: number): void {
    this.#flush();
    const most = manyBreaks.length / 2;
    for (let left = count; left > 0; left -= most)
      this.#emit(manyBreaks.subarray(0, 2 * Math.min(left, most)));
  }

  #flush(): void {
    if (this.#length > 0) this.#emit(this.#out.subarray(0, this.#length));
    this.#length = 0;
  }
}
