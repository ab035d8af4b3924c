import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { defaultTimeouts } from './client-options.ts';
import type {
  ClientTls,
  OutgoingMessage,
  SendOutcome,
  SmtpConnectionOptions,
  SmtpFailure,
  SmtpPhase,
  SmtpTimeouts,
} from './client-options.ts';
import { Conversation } from './conversation.ts';
import { SmtpError } from './errors.ts';
import { readExtensions } from './extensions.ts';
import type { SmtpExtensions } from './extensions.ts';
import { parseMailbox } from './mailbox.ts';
import { judgePeer, startHandshake } from './peer-tls.ts';
import type { PeerTls } from './peer-tls.ts';
import { isPositive } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import { sendMessage } from './send-message.ts';

/** An open connection to another server, ready for messages. */
export interface SmtpConnection {
  readonly host: string;
  /** The address that was dialled. */
  readonly remoteAddress: string;
  readonly greeting: SmtpReply;
  readonly extensions: SmtpExtensions;
  /** Null: in the clear. */
  readonly tls: PeerTls | null;
  /** False once the connection is lost or ended; open another then. */
  readonly usable: boolean;
  /** Sends one message; one at a time. Never rejects: what happens is the outcome. */
  send(message: OutgoingMessage): Promise<SendOutcome>;
  /** RSET: is the other side still there? For a connection that has been idle. Never rejects. */
  alive(): Promise<boolean>;
  /** MAIL from the empty sender and RCPT, then RSET: would it take mail for this address? Null: no answer came. Never rejects. */
  verify(address: string): Promise<SmtpReply | null>;
  /** QUIT, waiting at most 5 s for the answer. Never rejects. */
  quit(): Promise<void>;
  /** Closes at once. */
  destroy(): void;
}

export type OpenOutcome =
  | { readonly ok: true; readonly connection: SmtpConnection }
  | { readonly ok: false; readonly failure: SmtpFailure };

const quitMs = 5000;

/** Opens a connection as a client (RFC 5321 §3.1, RFC 3207) up to the point where messages can be sent. Never rejects: failures are values. */
export async function openSmtpConnection(options: SmtpConnectionOptions): Promise<OpenOutcome> {
  const opening = new Opening(options);
  try {
    return { ok: true, connection: await opening.run() };
  } catch (error) {
    const known =
      error instanceof SmtpError ? error : new SmtpError('protocol', 'unexpected fault', { cause: error });
    opening.conversation?.fail(known);
    return { ok: false, failure: opening.failure(known) };
  }
}

class Opening {
  readonly #options: SmtpConnectionOptions;
  readonly #timeouts: SmtpTimeouts;
  #phase: SmtpPhase = 'connect';
  #reply: SmtpReply | null = null;
  #tls: PeerTls | null = null;
  conversation: Conversation | null = null;

  constructor(options: SmtpConnectionOptions) {
    this.#options = options;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
  }

  failure({ code, message }: SmtpError): SmtpFailure {
    return { phase: this.#phase, code, detail: message, reply: this.#reply, tls: this.#tls };
  }

  async run(): Promise<SmtpConnection> {
    const { tls, signal } = this.#options;
    const socket = await this.#dial();
    const conversation = new Conversation(socket);
    this.conversation = conversation;
    const onAbort = (): void => conversation.fail(new SmtpError('aborted', 'stopped by the caller'));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
    const remoteAddress = socket.remoteAddress ?? '';
    if (tls.use === 'implicit') await this.#handshake(conversation, tls);
    this.#phase = 'greeting';
    const greeting = await this.#demand(conversation, this.#timeouts.greeting);
    let extensions = await this.#hello(conversation);
    if (tls.use === 'required' || (tls.use === 'if-offered' && extensions.startTls)) {
      await this.#startTls(conversation, tls, extensions);
      extensions = await this.#hello(conversation); // RFC 3207 §4.2: what was said in the clear does not count
    }
    this.#phase = 'ready';
    return this.#connection(conversation, { greeting, extensions, remoteAddress }, () =>
      signal?.removeEventListener('abort', onAbort),
    );
  }

  #dial(): Promise<Socket> {
    const { host, address, port, localAddress, signal } = this.#options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new SmtpError('aborted', 'stopped by the caller'));
      const socket = connect({
        host: address ?? host,
        port,
        noDelay: true,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      const settle = (error: SmtpError | null): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        socket.removeAllListeners();
        if (error === null) return resolve(socket);
        socket.on('error', () => undefined); // a late error of a socket that nobody waits for
        socket.destroy();
        reject(error);
      };
      const onAbort = (): void => settle(new SmtpError('aborted', 'stopped by the caller'));
      const timer = setTimeout(
        () => settle(new SmtpError('timeout', 'no connection in time')),
        this.#timeouts.connect,
      );
      signal?.addEventListener('abort', onAbort);
      socket.once('connect', () => settle(null));
      socket.once('error', (error: NodeJS.ErrnoException) =>
        settle(new SmtpError('unreachable', error.code ?? error.name, { cause: error })),
      );
    });
  }

  async #demand(conversation: Conversation, timeoutMs: number): Promise<SmtpReply> {
    const reply = await conversation.expect(timeoutMs);
    if (isPositive(reply)) return reply;
    this.#reply = reply;
    throw new SmtpError('refused', `answered ${reply.code}`);
  }

  async #hello(conversation: Conversation): Promise<SmtpExtensions> {
    this.#phase = 'hello';
    const { localName } = this.#options;
    conversation.write(`EHLO ${localName}\r\n`);
    const reply = await conversation.expect(this.#timeouts.command);
    if (isPositive(reply)) return readExtensions(reply);
    if (reply.code < 500) {
      this.#reply = reply;
      throw new SmtpError('refused', `answered ${reply.code}`);
    }
    conversation.write(`HELO ${localName}\r\n`); // RFC 5321 §3.2
    await this.#demand(conversation, this.#timeouts.command);
    return readExtensions(null);
  }

  async #startTls(conversation: Conversation, tls: ClientTls, extensions: SmtpExtensions): Promise<void> {
    this.#phase = 'starttls';
    if (!extensions.startTls) throw new SmtpError('tls-not-offered', 'STARTTLS is not offered');
    conversation.write('STARTTLS\r\n');
    await this.#demand(conversation, this.#timeouts.command);
    if (!conversation.clean) throw new SmtpError('protocol', 'more than the reply came before TLS'); // injected replies
    await this.#handshake(conversation, tls);
  }

  async #handshake(
    conversation: Conversation,
    { trusted = [], minVersion = 'TLSv1.2', verified = false }: ClientTls,
  ): Promise<void> {
    this.#phase = 'handshake';
    const { host, signal } = this.#options;
    const name = host.replace(/\.$/, '');
    conversation.detach();
    const socket = startHandshake(conversation.socket, { name, trusted, minVersion });
    await settled(socket, this.#timeouts.handshake, signal);
    this.#tls = judgePeer(socket, name);
    conversation.upgrade(socket);
    if (verified && this.#tls.verdict !== 'verified') throw new SmtpError('tls-unproven', this.#tls.because);
  }

  #connection(
    conversation: Conversation,
    known: { greeting: SmtpReply; extensions: SmtpExtensions; remoteAddress: string },
    release: () => void,
  ): SmtpConnection {
    const timeouts = this.#timeouts;
    const state = {
      conversation,
      extensions: known.extensions,
      tls: this.#tls,
      timeouts,
      resetFirst: false,
      ended: false,
    };
    const isUsable = (): boolean => !state.ended && conversation.clean;
    conversation.socket.once('close', release);
    const destroy = (): void => {
      state.ended = true;
      conversation.fail(new SmtpError('aborted', 'closed by us'));
      release();
    };
    return {
      host: this.#options.host,
      ...known,
      tls: this.#tls,
      get usable() {
        return isUsable();
      },
      send: (message) => sendMessage(state, message),
      alive: async () => {
        if (!isUsable()) return false;
        conversation.write('RSET\r\n');
        const reply = await conversation.expect(timeouts.command).catch(() => null);
        if (reply !== null && isPositive(reply)) return true;
        destroy();
        return false;
      },
      verify: async (address) => {
        const mailbox = parseMailbox(address);
        if (!isUsable() || mailbox === null || mailbox.utf8) return null;
        const ask = async (line: string, ms: number): Promise<SmtpReply> => {
          conversation.write(`${line}\r\n`);
          return conversation.expect(ms);
        };
        try {
          const mail = await ask('MAIL FROM:<>', timeouts.command);
          if (!isPositive(mail)) return mail;
          const answer = await ask(`RCPT TO:<${mailbox.address}>`, timeouts.recipient);
          await ask('RSET', timeouts.command);
          return answer;
        } catch {
          destroy();
          return null;
        }
      },
      quit: async () => {
        if (isUsable()) {
          conversation.write('QUIT\r\n');
          await conversation.expect(quitMs).catch(() => null);
        }
        destroy();
      },
      destroy,
    };
  }
}

/** Waits for the handshake. Rejects with the SmtpError that says how it broke. */
function settled(socket: TLSSocket, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: SmtpError | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      if (error === null) return resolve();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => settle(new SmtpError('aborted', 'stopped by the caller'));
    const timer = setTimeout(() => settle(new SmtpError('timeout', 'no TLS handshake in time')), timeoutMs);
    signal?.addEventListener('abort', onAbort);
    socket.once('secureConnect', () => settle(null));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(handshakeError(error)));
    socket.once('close', () =>
      settle(new SmtpError('tls-failed', 'the server closed the connection during the handshake')),
    );
  });
}

function handshakeError(error: NodeJS.ErrnoException): SmtpError {
  const code = error.code ?? '';
  const version =
    code === 'ERR_SSL_UNSUPPORTED_PROTOCOL' ||
    code.includes('PROTOCOL_VERSION') ||
    code === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE';
  return new SmtpError(version ? 'tls-version' : 'tls-failed', code || error.name, { cause: error });
}
