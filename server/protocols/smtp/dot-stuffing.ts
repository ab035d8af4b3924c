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

/** Bytes up to which a loop is faster than a call into the runtime. */
const shortRun = 32;

/** The first byte from `at` on that may end a line. One comparison a byte: CR and LF are below almost all text. */
function skipText(chunk: Buffer, at: number): number {
  const length = chunk.length;
  let next = at;
  while (next < length && (chunk[next] as number) > CR) next++;
  return next;
}

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
      if (state === text) {
        const start = read;
        read = skipText(chunk, read);
        if (write !== start) chunk.copyWithin(write, start, read);
        write += read - start;
        if (read === length) break;
      }
      const byte = chunk[read++] as number;
      if (state === lineStart && byte === DOT) {
        state = afterDot;
        continue;
      }
      if (state === afterDot && byte === CR) {
        state = afterDotCr;
        continue;
      }
      if (state === afterDotCr && byte === LF) {
        this.ended = true;
        break;
      }
      if (byte === LF && state === afterCr) state = lineStart;
      else {
        if (state === afterCr || state === afterDotCr) this.violation ??= 'bare-cr';
        else if (byte === LF) this.violation ??= 'bare-lf';
        state = byte === CR ? afterCr : text;
      }
      chunk[write++] = byte;
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
    let copied = 0; // how much of the chunk is in `out`
    const insert = (byte: number, at: number): void => {
      out ??= Buffer.allocUnsafe(3 * length);
      if (at - copied > shortRun) write += chunk.copy(out, write, copied, at);
      else for (let next = copied; next < at; next++) out[write++] = chunk[next] as number;
      out[write++] = byte;
      copied = at;
    };
    for (let read = 0; read < length; read++) {
      if (state === text) read = skipText(chunk, read);
      if (read === length) break;
      const byte = chunk[read] as number;
      if (state === afterCr && byte !== LF) {
        insert(LF, read); // the CR before stood alone
        if (byte === DOT) insert(DOT, read);
        state = text;
      } else if (state === lineStart && byte === DOT) insert(DOT, read);
      else if (state !== afterCr && byte === LF) insert(CR, read);
      state = byte === CR ? afterCr : byte === LF ? lineStart : text;
    }
    this.#state = state;
    if (out === null) return chunk;
    write += chunk.copy(out, write, copied);
    return (out as Buffer).subarray(0, write);
  }

  /** What is still missing before the end of the content, so that its last line is ended: '', LF or CRLF. */
  end(): '' | '\n' | '\r\n' {
    if (this.#state === lineStart) return '';
    return this.#state === afterCr ? '\n' : '\r\n';
  }
}

/** The end of content, on a line of its own (RFC 5321 §4.1.1.4). */
export const endOfContent = '.\r\n';
