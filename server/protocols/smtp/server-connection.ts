import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { guarded } from './awaitable.ts';
import type { Awaitable } from './awaitable.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { localError } from './content-receiver.ts';
import { Dialogue } from './dialogue.ts';
import { LineReader } from './line-reader.ts';
import { formatReply, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import * as say from './server-replies.ts';
import type { ResolvedServerOptions, SmtpServerHandlers } from './server-options.ts';
import type { SmtpSession } from './session.ts';

/** Octets that wait while a handler thinks, before the client is held back. */
const queueLimit = 64 * 1024;
/** Octets of replies that the client has not taken, before its commands wait. */
const unreadReplies = 64 * 1024;
/** How long a connection that we have ended may stay open so that the last reply arrives. */
const lingerMs = 3000;
/** RFC 4954 §4: a line of an AUTH exchange. */
const authLine = 12288;

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly options: ResolvedServerOptions;
  readonly handlers: SmtpServerHandlers;
  readonly stopping: boolean;
  /** Starts TLS on the socket; the promise rejects when the handshake fails. */
  secure(raw: Socket): Promise<TLSSocket>;
  /** What the client showed of itself in the handshake. */
  certificateOf(socket: TLSSocket): ClientCertificate | null;
  ended(connection: ServerConnection): void;
}

/** One connection: bytes to lines and content, replies to bytes; the Dialogue decides what they mean. */
export class ServerConnection {
  readonly #host: ConnectionHost;
  readonly #session: { -readonly [K in keyof SmtpSession]: SmtpSession[K] };
  readonly #lines: LineReader;
  #socket: Socket;
  #dialogue: Dialogue | null = null;
  #queue: Buffer[] = [];
  #queued = 0;
  #chunk: Buffer | null = null;
  #at = 0;
  #out = '';
  #waiting = false;
  #inputEnded = false;
  #phase: 'handshake' | 'open' | 'closing' | 'closed' = 'open';
  #progressed = true;
  #since = 0;
  #contentSince: number | null = null;

  constructor(host: ConnectionHost, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
    this.#lines = new LineReader(
      Math.max(host.options.limits.commandLine, host.options.requireAuthentication ? authLine : 0),
    );
    this.#session = {
      id: randomUUID(),
      remoteAddress: socket.remoteAddress ?? '',
      remotePort: socket.remotePort ?? 0,
      tls: null,
      client: null,
      extended: false,
      authenticated: false,
    };
    socket.on('error', this.#onSocketError);
    socket.on('close', this.#onClose);
  }

  /** Begins: TLS first where it is implicit, then the greeting, at once. `refusal` turns the client away. */
  start(refusal: SmtpReply | null): void {
    if (refusal !== null) return this.#refuse(refusal);
    if (this.#host.options.implicitTls) return this.#startTls();
    this.#listen();
    this.#greet();
  }

  /** Called by the server about once a second with the time. */
  sweep(now: number): void {
    const { idleMs, handshakeMs, slowContentMs, slowContentRate } = this.#host.options.limits;
    if (this.#progressed || this.#waiting) {
      this.#progressed = false;
      this.#since = now;
    }
    const content = this.#dialogue?.content ?? null;
    this.#contentSince = content === null ? null : (this.#contentSince ?? now);
    const idle = now - this.#since;
    if (this.#phase === 'closing' && idle > lingerMs) this.#socket.destroy();
    else if (this.#phase === 'handshake' && idle > handshakeMs) this.#socket.destroy();
    else if (this.#phase === 'open' && idle > idleMs) this.#refuse(say.idle);
    else if (content !== null && this.#contentSince !== null && !this.#waiting) {
      if (now - this.#contentSince > slowContentMs + (content.received / slowContentRate) * 1000)
        this.#refuse(say.idle);
    }
  }

  /** The server stops: a transaction may end, everything else ends now with 421. */
  stop(): void {
    if (this.#phase === 'handshake') this.#socket.destroy();
    else if (this.#dialogue?.busy !== true && !this.#waiting) this.#refuse(say.stopping);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', this.#onEnd);
    this.#socket.on('drain', this.#advance);
  }

  #greet(): void {
    const { options, handlers } = this.#host;
    const onError = (error: unknown): void => handlers.onError?.(error, this.#session);
    const recover = (error: unknown): SmtpReply => {
      onError(error);
      return localError;
    };
    this.#hold(
      guarded(() => handlers.connect(this.#session), recover),
      (answer) => {
        if ('code' in answer) return this.#refuse(answer);
        this.#dialogue = new Dialogue(options, this.#session, answer, onError);
        this.#out += formatReply(smtpReply(220, null, `${options.hostname} ESMTP carepost`));
      },
    );
    this.#advance();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#phase !== 'open') return;
    if (this.#dialogue?.content != null) this.#progressed = true;
    if (this.#chunk === null && !this.#waiting) {
      this.#chunk = chunk;
      this.#at = 0;
      this.#advance();
      return;
    }
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued > queueLimit) this.#socket.pause();
  };

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    this.#advance();
  };

  readonly #onSocketError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#queue = [];
    this.#chunk = null;
    this.#endDialogue();
    this.#host.ended(this);
  };

  /** Works through what has come until there is no more, or something must be waited for; then sends the replies together (RFC 2920 §3.2). */
  readonly #advance = (): void => {
    while (!this.#waiting && this.#phase === 'open' && this.#dialogue !== null) {
      const chunk = this.#nextChunk();
      if (chunk === null || this.#socket.writableLength > unreadReplies) break;
      this.#step(this.#dialogue, chunk);
    }
    if (this.#waiting) return;
    this.#flush();
    if (this.#inputEnded && this.#phase === 'open' && this.#nextChunk() === null) this.#end();
  };

  #nextChunk(): Buffer | null {
    if (this.#chunk !== null && this.#at < this.#chunk.length) return this.#chunk;
    this.#at = 0;
    this.#chunk = this.#queue.shift() ?? null;
    this.#queued -= this.#chunk?.length ?? 0;
    if (this.#chunk === null && this.#socket.isPaused()) this.#socket.resume();
    return this.#chunk;
  }

  #step(dialogue: Dialogue, chunk: Buffer): void {
    const { content } = dialogue;
    if (content !== null) {
      this.#at += content.push(chunk, this.#at);
      if (content.hopeless) return this.#refuse(say.tooLarge);
      const end = (): Awaitable<SmtpReply | null> => (content.done ? dialogue.contentEnded() : null);
      return this.#hold(content.pending === null ? end() : content.pending.then(end), this.#reply);
    }
    const used = this.#lines.push(chunk, this.#at);
    this.#at = used < 0 ? chunk.length : this.#at + used;
    if (used < 0) return;
    this.#progressed = true;
    const { line, problem } = this.#lines;
    this.#hold(line === null ? dialogue.badLine(problem ?? 'control') : dialogue.line(line), this.#reply);
  }

  /** `proceed` when the value is there; until then nothing more is read. */
  #hold<T>(value: Awaitable<T>, proceed: (value: T) => void): void {
    if (!(value instanceof Promise)) return proceed(value);
    this.#waiting = true;
    void value.then((answer) => {
      this.#waiting = false;
      if (this.#phase !== 'open') return;
      proceed(answer);
      this.#advance();
    });
  }

  readonly #reply = (reply: SmtpReply | null): void => {
    if (reply === null) return;
    const next = this.#dialogue?.afterReply;
    if (next === 'start-tls' && this.#nextChunk() !== null) return this.#refuse(say.behindStartTls);
    this.#out += formatReply(reply);
    if (next === 'start-tls') this.#startTls();
    else if (next === 'close') this.#end();
    else if (this.#host.stopping && this.#dialogue?.busy !== true) this.#refuse(say.stopping);
  };

  #flush(): void {
    if (this.#out === '' || !this.#socket.writable) return;
    this.#socket.write(this.#out);
    this.#out = '';
  }

  #refuse(reply: SmtpReply): void {
    this.#out += formatReply(reply);
    this.#end();
  }

  /** Sends what is left to say and closes our side; what still comes is read and dropped, so that the reply is not lost to a reset. */
  #end(): void {
    this.#flush();
    this.#phase = 'closing';
    this.#progressed = true;
    this.#queue = [];
    this.#chunk = null;
    this.#endDialogue();
    this.#socket.end();
    this.#socket.resume();
    if (this.#inputEnded) this.#socket.destroySoon();
    else this.#socket.once('end', () => this.#socket.destroySoon());
  }

  #endDialogue(): void {
    this.#dialogue?.end();
    this.#dialogue = null;
  }

  #startTls(): void {
    const raw = this.#socket;
    this.#flush();
    this.#phase = 'handshake';
    this.#progressed = true;
    raw.off('data', this.#onData);
    raw.off('end', this.#onEnd);
    raw.off('drain', this.#advance);
    // RFC 3207 §4.2, CVE-2011-0411: what still comes in the clear is dropped, never read as if it had come under TLS.
    this.#queue = [];
    this.#queued = 0;
    this.#chunk = null;
    this.#lines.clear();
    while (raw.readableLength > 0 && raw.read() !== null) continue;
    this.#host.secure(raw).then(
      (secured) => this.#secured(secured),
      (error: unknown) => {
        this.#host.handlers.onTlsFailure?.(error, this.#session);
        raw.destroy();
      },
    );
  }

  #secured(socket: TLSSocket): void {
    if (this.#phase !== 'handshake') return void socket.destroy();
    this.#socket = socket;
    this.#phase = 'open';
    this.#progressed = true;
    const tls = {
      version: socket.getProtocol() ?? '',
      cipher: socket.getCipher().standardName,
      clientCertificate: this.#host.certificateOf(socket),
    };
    socket.on('error', this.#onSocketError);
    socket.on('close', this.#onClose);
    this.#listen();
    if (this.#dialogue !== null) return this.#dialogue.startedTls(tls);
    this.#session.tls = tls;
    this.#greet();
  }
}
