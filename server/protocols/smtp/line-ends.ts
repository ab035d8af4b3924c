import type { BareLineEnd } from './dot-stuffing.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Watches content that comes by BDAT (RFC 3030), where no dots are stuffed: it too must be lines that end in CRLF, as BINARYMIME is not offered. */
export class LineEndWatch {
  #last = -1;
  violation: BareLineEnd | null = null;

  push(chunk: Buffer): void {
    let last = this.#last;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] as number;
      if (last === CR && byte !== LF) this.violation ??= 'bare-cr';
      if (last !== CR && byte === LF) this.violation ??= 'bare-lf';
      last = byte;
    }
    this.#last = last;
  }

  /** What is missing so that the last line is ended. A CR as the very last byte stands alone. */
  end(): '' | '\r\n' {
    if (this.#last === CR) this.violation ??= 'bare-cr';
    return this.#last === LF || this.#last === -1 ? '' : '\r\n';
  }
}
