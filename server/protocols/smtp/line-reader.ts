import type { BareLineEnd } from './dot-stuffing.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Why a command line was not taken. */
export type LineProblem =
  | BareLineEnd
  | 'too-long'
  | 'not-utf8' // bytes that are neither ASCII nor UTF-8
  | 'control'; // NUL or another control character

const controls = /[\x00-\x08\x0a-\x1f\x7f]/; // oxlint-disable-line no-control-regex -- the range is the point
const beyondAscii = /[\x80-\xff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Gathers command lines from chunks. A line ends with CRLF and nothing else (RFC 5321 §2.3.8).
 * Memory is the limit once; what is longer is read on to its end and reported.
 */
export class LineReader {
  readonly #limit: number;
  #partial: Buffer | null = null;
  #length = 0;
  #overflow = false;
  /** The line of the last `push` that returned one; null when `problem` says why there is none. */
  line: string | null = null;
  problem: LineProblem | null = null;

  /** `limit`: octets of a line, line end included. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get empty(): boolean {
    return this.#length === 0 && !this.#overflow;
  }

  /** Forgets what has come of a line (RFC 3207 §4.2: at the start of TLS). */
  clear(): void {
    this.#length = 0;
    this.#overflow = false;
  }

  /** Reads from `from` to the end of the line. Returns bytes used when a line has ended, or -1: the chunk is used up, go on with the next. */
  push(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(LF, from);
    const stop = end < 0 ? chunk.length : end + 1;
    if (this.#length === 0 && end >= 0 && stop - from <= this.#limit && !this.#overflow) {
      this.#take(chunk, from, end); // the common case: a whole line in one chunk, nothing copied
      return stop - from;
    }
    if (this.#length + stop - from > this.#limit) this.#overflow = true;
    this.#partial ??= Buffer.allocUnsafe(this.#limit); // most connections never need it
    if (!this.#overflow) this.#length += chunk.copy(this.#partial, this.#length, from, stop);
    if (end < 0) return -1;
    if (this.#overflow) this.#refuse('too-long');
    else this.#take(this.#partial, 0, this.#length - 1);
    this.clear();
    return stop - from;
  }

  #take(bytes: Buffer, from: number, lf: number): void {
    if (lf === from || bytes[lf - 1] !== CR) return this.#refuse('bare-lf');
    const text = bytes.toString('latin1', from, lf - 1);
    if (text.includes('\r')) return this.#refuse('bare-cr');
    if (controls.test(text)) return this.#refuse('control');
    this.problem = null;
    this.line = text;
    if (!beyondAscii.test(text)) return;
    try {
      this.line = utf8.decode(bytes.subarray(from, lf - 1));
    } catch {
      this.#refuse('not-utf8');
    }
  }

  #refuse(problem: LineProblem): void {
    this.line = null;
    this.problem = problem;
  }
}
