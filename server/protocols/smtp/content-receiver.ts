import { DotUnstuffer } from './dot-stuffing.ts';
import { LineEndWatch } from './line-ends.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import type { Awaitable } from './awaitable.ts';
import { guarded } from './awaitable.ts';
import type { ContentSink } from './session.ts';

const tooLarge = smtpReply(552, '5.3.4', 'Message is larger than this server takes');
const bareLineEnd = smtpReply(
  550,
  '5.6.11',
  'Message has a bare CR or LF; lines end with CRLF and nothing else',
);
const nul = smtpReply(550, '5.6.0', 'Message has a NUL character, which mail cannot hold');
export const localError = smtpReply(451, '4.3.0', 'A fault on our side; please try again later');

/** How many times the size limit is read and thrown away before the connection is given up. */
const patience = 4;

/** Takes the content of one message, by DATA or by BDAT, from chunks into a sink. Once refused, it reads on to the end and stores nothing. */
export class ContentReceiver {
  readonly #sink: ContentSink | null;
  readonly #limit: number;
  readonly #onError: (error: unknown) => void;
  readonly #dots: DotUnstuffer | null;
  readonly #watch: LineEndWatch | null;
  #remaining = 0;
  #aborted = false;
  /** Octets of content so far. */
  received = 0;
  /** Why the message is not taken; null as long as all is well. */
  refusal: SmtpReply | null;
  /** Set when the sink asks to wait; the receiver must not be fed until it has resolved. It never rejects. */
  pending: Promise<void> | null = null;

  /** `refusal`: what was decided before the first octet; then there is no sink. */
  constructor(
    kind: 'data' | 'bdat',
    to: ContentSink | SmtpReply,
    limit: number,
    onError: (error: unknown) => void,
  ) {
    this.#sink = 'write' in to ? to : null;
    this.refusal = 'write' in to ? null : to;
    this.#limit = limit;
    this.#onError = onError;
    this.#dots = kind === 'data' ? new DotUnstuffer() : null;
    this.#watch = kind === 'bdat' ? new LineEndWatch() : null;
  }

  /** True at the end of the DATA content, or of the current BDAT chunk. */
  get done(): boolean {
    return this.#dots === null ? this.#remaining === 0 : this.#dots.ended;
  }

  /** So much was thrown away that it is no mistake any more. */
  get hopeless(): boolean {
    return this.received > patience * this.#limit;
  }

  /** Another BDAT of so many octets. */
  expect(octets: number): void {
    this.#remaining = octets;
  }

  /** Reads content from `from` on; returns how many bytes were used. */
  push(chunk: Buffer, from: number): number {
    const used =
      this.#dots === null ? Math.min(this.#remaining, chunk.length - from) : this.#dots.push(chunk, from);
    const produced = this.#dots === null ? used : this.#dots.produced;
    this.#remaining -= this.#dots === null ? used : 0;
    if (produced > 0) this.#take(chunk.subarray(from, from + produced));
    return used;
  }

  #take(content: Buffer): void {
    this.received += content.length;
    if (this.refusal !== null) return;
    this.#watch?.push(content);
    if (this.received > this.#limit) return this.#refuse(tooLarge);
    if ((this.#dots ?? this.#watch)?.violation != null) return this.#refuse(bareLineEnd);
    if (content.includes(0)) return this.#refuse(nul); // RFC 6152 §3, RFC 2045 §2.8; others cut the line there
    this.#write(content);
  }

  #write(content: Buffer): void {
    const fail = (error: unknown): void => {
      this.#onError(error);
      this.#refuse(localError);
    };
    const written = guarded(() => this.#sink?.write(content), fail);
    if (written instanceof Promise) this.pending = written.then(() => void (this.pending = null));
  }

  #refuse(reply: SmtpReply): void {
    this.refusal = reply;
    this.abort();
  }

  /** The message is complete: hands it over, or says why not. */
  finish(): Awaitable<SmtpReply> {
    const missing = this.#watch?.end() ?? '';
    if (this.refusal === null && (this.#dots ?? this.#watch)?.violation != null) this.#refuse(bareLineEnd);
    if (this.refusal === null && missing !== '') this.#write(Buffer.from(missing));
    if (this.pending !== null) return this.pending.then(() => this.#close());
    return this.#close();
  }

  #close(): Awaitable<SmtpReply> {
    if (this.refusal !== null || this.#sink === null) return this.refusal ?? localError;
    const sink = this.#sink;
    this.#aborted = true; // what was finished is not aborted any more
    return guarded(
      () => sink.finish(),
      (error) => {
        this.#onError(error);
        return localError;
      },
    );
  }

  /** Ends without a message; the sink hears it once. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    void guarded(() => this.#sink?.abort(), this.#onError);
  }
}
