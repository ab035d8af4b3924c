const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/** A line end that is not CRLF. Some servers take it for one and some do not, and mail is smuggled through the difference. */
export type BareLineEnd = 'bare-cr' | 'bare-lf';

/** Where in a line the reader stands. */
const text = 0; // inside a line
const afterCr = 1; // CR seen, LF must follow
const lineStart = 2;
const afterDot = 3; // a dot began the line; it is held back
const afterDotCr = 4; // and a CR followed: this may be the end

/**
 * Takes the dots off received content (RFC 5321 §4.5.2) and finds its end: `<CRLF>.<CRLF>`, that and nothing else.
 * The same few steps for every byte, in place, whatever the chunks: no lines are built.
 */
export class DotUnstuffer {
  #state = lineStart;
  /** True once the end has been read. */
  ended = false;
  /** The first line end in the content that was not CRLF. */
  violation: BareLineEnd | null = null;
  /** How many bytes of content the last `push` left at the position it was given. */
  produced = 0;

  /** Reads `chunk` from `from` on and leaves the content there, at `from`, moved together. Returns how many bytes it used; fewer than given only at the end. */
  push(chunk: Buffer, from: number): number {
    const length = chunk.length;
    let state = this.#state;
    let write = from;
    let read = from;
    while (read < length) {
      const byte = chunk[read++] as number;
      if (state === text) {
        if (byte === CR) state = afterCr;
        else if (byte === LF) this.violation ??= 'bare-lf';
      } else if (state === lineStart) {
        if (byte === DOT) {
          state = afterDot;
          continue;
        }
        if (byte === CR) state = afterCr;
        else {
          state = text;
          if (byte === LF) this.violation ??= 'bare-lf';
        }
      } else if (state === afterCr) {
        if (byte === LF) state = lineStart;
        else {
          this.violation ??= 'bare-cr';
          state = byte === CR ? afterCr : text;
        }
      } else if (state === afterDot) {
        if (byte === CR) {
          state = afterDotCr;
          continue;
        }
        state = text;
        if (byte === LF) this.violation ??= 'bare-lf';
      } else {
        if (byte === LF) {
          this.ended = true;
          break;
        }
        this.violation ??= 'bare-cr';
        state = byte === CR ? afterCr : text;
      }
      if (write !== read - 1) chunk[write] = byte;
      write++;
    }
    this.#state = state;
    this.produced = write - from;
    return read - from;
  }
}

/**
 * Makes content fit to be sent (RFC 5321 §4.5.2): a dot before each line that begins with one, and every line end CRLF,
 * so that a bare CR or LF never leaves this house. Memory: at most twice a chunk.
 */
export class DotStuffer {
  #state = lineStart;

  /** The chunk as it goes over the wire; the very same buffer where nothing had to be changed. */
  push(chunk: Buffer): Buffer {
    const length = chunk.length;
    let state = this.#state;
    let out: Buffer | null = null;
    let write = 0;
    for (let read = 0; read < length; read++) {
      const byte = chunk[read] as number;
      let before = 0;
      if (state === afterCr) {
        if (byte === LF) state = lineStart;
        else {
          before = LF; // the CR before stood alone
          state = byte === CR ? afterCr : text;
        }
      } else if (byte === CR) state = afterCr;
      else if (byte === LF) {
        before = CR;
        state = lineStart;
      } else {
        if (byte === DOT && state === lineStart) before = DOT;
        state = text;
      }
      if (before !== 0) {
        if (out === null) {
          out = Buffer.allocUnsafe(3 * length);
          chunk.copy(out, 0, 0, read);
          write = read;
        }
        out[write++] = before;
        if (before === LF && byte === DOT) out[write++] = DOT;
      }
      if (out !== null) out[write++] = byte;
    }
    this.#state = state;
    return out === null ? chunk : out.subarray(0, write);
  }

  /** What is still missing before the end of the content, so that its last line is ended: '', LF or CRLF. */
  end(): '' | '\n' | '\r\n' {
    if (this.#state === lineStart) return '';
    return this.#state === afterCr ? '\n' : '\r\n';
  }
}

/** The end of content, on a line of its own (RFC 5321 §4.1.1.4). */
export const endOfContent = '.\r\n';
