import { ByteCollector } from '#protocols/mime/byte-collector.ts';
import { footerText, type FooterText } from './footer-text.ts';
import { withFooter } from './with-footer.ts';

const firstTry = 16 * 1024;
/** Bytes held at most: longer texts get no footer. */
const mostHeld = 2 * 1024 * 1024;
const empty = Buffer.alloc(0);

/** Puts a footer into a message that streams through: held until its texts are whole, then let go. */
export class FooterStream {
  readonly #footer: FooterText;
  #held: ByteCollector | null = new ByteCollector();
  #nextTry = firstTry;

  constructor(footer: string) {
    this.#footer = footerText(footer);
  }

  /** What may go on, which may be nothing yet. */
  push(bytes: Buffer): Buffer {
    if (this.#held === null) return bytes;
    this.#held.push(bytes);
    if (this.#held.length < this.#nextTry) return empty;
    const held = this.#held.collected();
    const done = withFooter(held, this.#footer, false) ?? (held.length > mostHeld ? held : null);
    this.#nextTry = held.length * 2; // linear in the whole
    if (done === null) return empty;
    this.#held = null;
    return done;
  }

  /** The rest, once the message is whole. */
  end(): Buffer {
    const held = this.#held?.collected();
    this.#held = null;
    return held === undefined ? empty : (withFooter(held, this.#footer, true) ?? held);
  }
}
