import type { Socket } from 'node:net';
import { SmtpError } from './errors.ts';
import { ReplyParser } from './reply-parser.ts';
import type { SmtpReply } from './reply.ts';

/** Replies that nobody has asked for, kept at most. */
const mostUnasked = 64;

interface Waiter {
  readonly resolve: (reply: SmtpReply) => void;
  readonly reject: (error: SmtpError) => void;
}

/** The client's end of a connection: writes, and replies in order. After its first error it is over; every wait rejects with that SmtpError. */
export class Conversation {
  #socket: Socket;
  #parser = new ReplyParser();
  #waiters: Waiter[] = [];
  #unasked: SmtpReply[] = [];
  #drained: Waiter[] = [];
  #error: SmtpError | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  get error(): SmtpError | null {
    return this.#error;
  }

  /** Nothing has come that was not asked for: required before TLS starts (no reply injection) and before a connection is used again. */
  get clean(): boolean {
    return this.#error === null && this.#parser.clean && this.#unasked.length === 0;
  }

  /** Goes on over TLS; what was read in the clear is gone. */
  upgrade(socket: Socket): void {
    this.detach();
    this.#parser = new ReplyParser();
    this.#socket = socket;
    this.#attach(socket);
  }

  detach(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('drain');
    this.#socket.off('error', this.#onError);
  }

  write(data: string | Buffer): void {
    if (this.#error === null) this.#socket.write(data);
  }

  /** Resolves when the other side has taken what was written. */
  async taken(timeoutMs: number): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    await this.#wait(this.#drained, timeoutMs);
  }

  /** The next reply. */
  expect(timeoutMs: number): Promise<SmtpReply> {
    const ready = this.#unasked.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return this.#wait(this.#waiters, timeoutMs);
  }

  /** A reply that came early, while content was still being sent. */
  early(): SmtpReply | null {
    return this.#unasked.shift() ?? null;
  }

  /** Ends the connection; everything that waits rejects with `error`. */
  fail(error: SmtpError): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#stopTimer();
    this.#socket.destroy();
    for (const waiter of [...this.#waiters, ...this.#drained]) waiter.reject(error);
    this.#waiters = [];
    this.#drained = [];
  }

  #wait(queue: Waiter[], timeoutMs: number): Promise<SmtpReply> {
    if (this.#error !== null) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      queue.push({ resolve, reject });
      this.#stopTimer();
      this.#timer = setTimeout(
        () => this.fail(new SmtpError('timeout', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #attach(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', this.#onError);
    socket.on('close', () => this.fail(new SmtpError('connection-lost', 'the server closed the connection')));
    socket.on('drain', () => {
      for (const waiter of this.#drained.splice(0)) waiter.resolve(nothing);
      if (this.#waiters.length === 0) this.#stopTimer();
    });
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.fail(new SmtpError('connection-lost', error.code ?? error.name, { cause: error }));
  };

  #read(chunk: Buffer): void {
    try {
      for (const reply of this.#parser.push(chunk)) {
        const waiter = this.#waiters.shift();
        if (waiter !== undefined) waiter.resolve(reply);
        else if (this.#unasked.push(reply) > mostUnasked)
          throw new SmtpError('protocol', 'replies that nobody asked for');
      }
      if (this.#waiters.length === 0 && this.#drained.length === 0) this.#stopTimer();
    } catch (error) {
      this.fail(
        error instanceof SmtpError ? error : new SmtpError('protocol', 'unreadable reply', { cause: error }),
      );
    }
  }
}

const nothing: SmtpReply = { code: 0, enhanced: null, lines: [] };
