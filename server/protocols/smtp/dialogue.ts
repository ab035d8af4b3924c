import { after, guarded } from './awaitable.ts';
import type { Awaitable } from './awaitable.ts';
import { parseCommand } from './command.ts';
import type { Command } from './command.ts';
import { ContentReceiver, localError } from './content-receiver.ts';
import type { LineProblem } from './line-reader.ts';
import type { Mailbox } from './mailbox.ts';
import { parseMailParameters, parseRcptParameters } from './parameters.ts';
import type { MailParameters, OfferedParameters, ParameterProblem } from './parameters.ts';
import { isPositive, replyClass, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import { SaslExchange } from './sasl.ts';
import type { SaslStep } from './sasl.ts';
import type { ResolvedServerOptions } from './server-options.ts';
import type {
  EnvelopeRecipient,
  SmtpSession,
  SmtpSessionHandler,
  SmtpTransaction,
  ServerTls,
} from './session.ts';
import * as say from './server-replies.ts';

/** What the connection has to do once the reply is out. */
export type AfterReply = 'go-on' | 'start-tls' | 'close';

type Open = SmtpTransaction & { readonly recipients: EnvelopeRecipient[] };

/** The state of one conversation as the server, apart from sockets: lines in, replies out (RFC 5321 §4.1.4). */
export class Dialogue {
  readonly #options: ResolvedServerOptions;
  readonly #session: { -readonly [K in keyof SmtpSession]: SmtpSession[K] };
  readonly #handler: SmtpSessionHandler;
  readonly #onError: (error: unknown) => void;
  #transaction: Open | null = null;
  #sasl: SaslExchange | null = null;
  #errors = 0;
  #refusedRecipients = 0;
  #authFailures = 0;
  /** Set while content comes in instead of command lines. */
  content: ContentReceiver | null = null;
  #chunks: { readonly receiver: ContentReceiver; last: boolean } | null = null;
  afterReply: AfterReply = 'go-on';

  constructor(
    options: ResolvedServerOptions,
    session: SmtpSession,
    handler: SmtpSessionHandler,
    onError: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#session = session;
    this.#handler = handler;
    this.#onError = onError;
  }

  /** True while a stop of the server would lose work: between MAIL and the reply to its content. */
  get busy(): boolean {
    return this.#transaction !== null;
  }

  /** TLS has begun: everything learned before it is forgotten (RFC 3207 §4.2). */
  startedTls(tls: ServerTls): void {
    this.#reset();
    Object.assign(this.#session, { tls, client: null, extended: false });
    this.afterReply = 'go-on';
  }

  /** One command line, or one answer of an AUTH exchange. Null: nothing to say before content has come. */
  line(line: string): Awaitable<SmtpReply | null> {
    if (this.#sasl !== null) return this.#saslStep(this.#sasl.next(line));
    if (line.length + 2 > this.#options.limits.commandLine && !/^auth /i.test(line))
      return this.badLine('too-long');
    return after(this.#command(parseCommand(line)), (reply) =>
      reply === null ? null : this.#counted(reply),
    );
  }

  /** A line that could not be taken. Bare line ends close the connection: the client and we disagree about where lines end. */
  badLine(problem: LineProblem): SmtpReply {
    this.#sasl = null;
    if (problem === 'bare-cr' || problem === 'bare-lf') this.afterReply = 'close';
    return this.#counted(say.badLine[problem]);
  }

  /** The content of DATA, or one BDAT chunk, has come to its end. */
  contentEnded(): Awaitable<SmtpReply> {
    const receiver = this.content;
    this.content = null;
    if (receiver === null) return localError;
    if (this.#chunks !== null && !this.#chunks.last) {
      if (this.#transaction === null) this.#chunks = null;
      return receiver.refusal ?? say.chunkReceived;
    }
    return after(receiver.finish(), (reply) => {
      this.#reset();
      return reply;
    });
  }

  /** Ends everything that is open, at the end of the connection. */
  end(): void {
    this.content?.abort();
    this.#reset();
    void guarded(() => this.#handler.closed?.(), this.#onError);
  }

  #command(command: Command): Awaitable<SmtpReply | null> {
    if (this.#chunks !== null && command.verb !== 'BDAT' && !allowedBetweenChunks.has(command.verb))
      return say.chunksOpen;
    switch (command.verb) {
      case 'MAIL':
        return this.#mail(command.from, command.parameters);
      case 'RCPT':
        return this.#rcpt(command.to, command.parameters);
      case 'DATA':
        return this.#data();
      case 'BDAT':
        return this.#bdat(command.size, command.last);
      case 'EHLO':
      case 'HELO':
        return this.#hello(command.verb, command.client);
      case 'AUTH':
        return this.#auth(command.mechanism, command.initial);
      case 'STARTTLS':
        return this.#startTls();
      case 'RSET':
        this.#reset();
        return say.ok;
      case 'QUIT':
        this.afterReply = 'close';
        return say.bye;
      case 'not-smtp':
        this.afterReply = 'close'; // what follows is a body that may hold commands
        return say.notSmtp;
      case 'invalid':
        return command.reply;
      case 'NOOP':
      case 'HELP':
      case 'VRFY':
      case 'EXPN':
        return say.plain[command.verb];
    }
  }

  /** RFC 8689 §2: REQUIRETLS is offered and taken under TLS alone. */
  #offered(): OfferedParameters {
    const { dsn, requireTlsExtension } = this.#options;
    return { smtpUtf8: true, dsn, requireTls: requireTlsExtension && this.#session.tls !== null };
  }

  #hello(verb: 'EHLO' | 'HELO', client: string): SmtpReply {
    this.#reset(); // RFC 5321 §4.1.4: EHLO is RSET too
    Object.assign(this.#session, { client, extended: verb === 'EHLO' });
    if (verb === 'HELO') return smtpReply(250, null, this.#options.hostname);
    const { tls, requireAuthentication, dsn, requireTlsExtension, limits } = this.#options;
    const secure = this.#session.tls !== null;
    return smtpReply(
      250,
      null,
      this.#options.hostname,
      'PIPELINING',
      `SIZE ${limits.messageSize}`,
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      'CHUNKING',
      ...(tls && !secure ? ['STARTTLS'] : []),
      ...(requireAuthentication && secure ? ['AUTH PLAIN LOGIN'] : []),
      ...(dsn ? ['DSN'] : []),
      ...(requireTlsExtension && secure ? ['REQUIRETLS'] : []),
    );
  }

  #startTls(): SmtpReply {
    if (this.#session.tls !== null || !this.#options.tls) return say.noTlsHere;
    this.#reset();
    this.afterReply = 'start-tls';
    return say.goAhead;
  }

  #auth(mechanism: string, initial: string | null): Awaitable<SmtpReply> {
    if (this.#handler.authenticate === undefined || !this.#options.requireAuthentication)
      return say.noAuthHere;
    if (this.#session.tls === null) return say.authNeedsTls;
    if (this.#session.client === null) return say.helloFirst;
    if (this.#session.authenticated || this.#transaction !== null) return say.authTwice;
    if (mechanism !== 'PLAIN' && mechanism !== 'LOGIN') return say.unknownMechanism;
    this.#sasl = new SaslExchange(mechanism);
    return this.#saslStep(this.#sasl.start(initial));
  }

  #saslStep(step: SaslStep): Awaitable<SmtpReply> {
    if (typeof step === 'object' && 'challenge' in step) return smtpReply(334, null, step.challenge);
    this.#sasl = null;
    if (typeof step === 'string')
      return this.#counted(step === 'cancelled' ? say.authCancelled : say.authMalformed);
    const { credentials } = step;
    return after(
      guarded(() => this.#handler.authenticate?.(credentials) ?? say.noAuthHere, this.#failed),
      (reply) => {
        if (isPositive(reply)) this.#session.authenticated = true;
        else if (++this.#authFailures >= this.#options.limits.authFailures) this.afterReply = 'close';
        return reply;
      },
    );
  }

  #mail(from: Mailbox | null, text: string): Awaitable<SmtpReply> {
    if (this.#options.requireTls && this.#session.tls === null) return say.tlsFirst;
    if (this.#session.client === null) return say.helloFirst;
    if (this.#options.requireAuthentication && !this.#session.authenticated) return say.authFirst;
    if (this.#transaction !== null) return say.mailTwice;
    const parameters = parseMailParameters(text, this.#offered());
    if (isProblem(parameters)) return say.badParameter(parameters);
    if (from?.utf8 === true && !parameters.smtpUtf8) return say.needsUtf8;
    if (parameters.size !== null && parameters.size > this.#options.limits.messageSize) return say.tooLarge;
    return after(
      guarded(() => this.#handler.mail(from, parameters), this.#failed),
      (reply) => {
        if (isPositive(reply)) this.#transaction = { from, parameters, recipients: [] };
        return reply;
      },
    );
  }

  #rcpt(to: Mailbox | 'postmaster', text: string): Awaitable<SmtpReply> {
    const transaction = this.#transaction;
    if (transaction === null) return say.mailFirst;
    if (transaction.recipients.length >= this.#options.limits.recipients) return say.tooManyRecipients;
    const parameters = parseRcptParameters(text, this.#offered());
    if (isProblem(parameters)) return say.badParameter(parameters);
    const mailbox = to === 'postmaster' ? this.#postmaster() : to;
    if (mailbox.utf8 && !transaction.parameters.smtpUtf8) return say.needsUtf8;
    const recipient = { mailbox, parameters };
    return after(
      guarded(() => this.#handler.recipient(recipient, transaction), this.#failed),
      (reply) => {
        if (isPositive(reply)) transaction.recipients.push(recipient);
        else if (
          replyClass(reply) === 'permanent' &&
          ++this.#refusedRecipients > this.#options.limits.refusedRecipients
        )
          return this.#giveUp();
        return reply;
      },
    );
  }

  #postmaster(): Mailbox {
    const domain = this.#options.hostname;
    return { localPart: 'postmaster', domain, address: `postmaster@${domain}`, utf8: false };
  }

  #data(): Awaitable<SmtpReply | null> {
    const transaction = this.#transaction;
    if (transaction === null) return say.mailFirst;
    if (transaction.recipients.length === 0) return say.noRecipients;
    return after(this.#openContent('data', transaction), (receiver) => {
      if (receiver.refusal !== null) {
        this.#reset();
        return receiver.refusal;
      }
      this.content = receiver;
      return say.sendContent;
    });
  }

  #openContent(kind: 'data' | 'bdat', transaction: SmtpTransaction): Awaitable<ContentReceiver> {
    const { messageSize } = this.#options.limits;
    return after(
      guarded(() => this.#handler.content(transaction), this.#failed),
      (to) => new ContentReceiver(kind, to, messageSize, this.#onError),
    );
  }

  /** RFC 3030 §2: the octets follow whatever we think of them, so they are always read. */
  #bdat(size: number, last: boolean): Awaitable<SmtpReply | null> {
    const transaction = this.#transaction;
    const refusal =
      transaction === null ? say.mailFirst : transaction.recipients.length === 0 ? say.noRecipients : null;
    if (size > patienceForChunk) this.afterReply = 'close';
    if (size > patienceForChunk) return say.tooLarge;
    const opened =
      this.#chunks?.receiver ??
      (refusal !== null || transaction === null
        ? new ContentReceiver(
            'bdat',
            refusal ?? say.mailFirst,
            this.#options.limits.messageSize,
            this.#onError,
          )
        : this.#openContent('bdat', transaction));
    return after(opened, (receiver) => {
      this.#chunks = { receiver, last };
      this.content = receiver;
      receiver.expect(size);
      return receiver.done ? this.contentEnded() : null;
    });
  }

  #counted(reply: SmtpReply): SmtpReply {
    if (this.#transaction !== null && reply.code === 550) return reply; // refused recipients have a limit of their own
    if (reply.code < 500 || ++this.#errors <= this.#options.limits.errors) return reply;
    return this.#giveUp();
  }

  #giveUp(): SmtpReply {
    this.afterReply = 'close';
    return say.tooManyErrors;
  }

  #reset(): void {
    const { receiver } = this.#chunks ?? {};
    receiver?.abort();
    this.#chunks = null;
    this.#sasl = null;
    this.content = null;
    if (this.#transaction === null) return;
    this.#transaction = null;
    void guarded(() => this.#handler.reset?.(), this.#onError);
  }

  readonly #failed = (error: unknown): SmtpReply => {
    this.#onError(error);
    return localError;
  };
}

/** Octets of one BDAT chunk. */
const patienceForChunk = 2 ** 31;

const allowedBetweenChunks: ReadonlySet<Command['verb']> = new Set([
  'RSET',
  'NOOP',
  'QUIT',
  'EHLO',
  'HELO',
] as const);

function isProblem(value: MailParameters | object): value is ParameterProblem {
  return 'syntax' in value || 'unknown' in value;
}
