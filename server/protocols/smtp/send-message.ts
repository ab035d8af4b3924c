import type {
  OutgoingMessage,
  RecipientOutcome,
  SendOutcome,
  SmtpPhase,
  SmtpTimeouts,
  UnsentReason,
} from './client-options.ts';
import type { Conversation } from './conversation.ts';
import { DotStuffer, endOfContent } from './dot-stuffing.ts';
import { SmtpError } from './errors.ts';
import type { SmtpExtensions } from './extensions.ts';
import { mailDsn, rcptDsn } from './dsn-parameters.ts';
import { parseMailbox } from './mailbox.ts';
import type { PeerTls } from './peer-tls.ts';
import { isPositive } from './reply.ts';
import type { SmtpReply } from './reply.ts';

/** What a connection keeps from message to message. */
export interface ConnectionState {
  readonly conversation: Conversation;
  readonly extensions: SmtpExtensions;
  readonly tls: PeerTls | null;
  readonly timeouts: SmtpTimeouts;
  /** The last transaction was left open; RSET before the next. */
  resetFirst: boolean;
  ended: boolean;
}

/** Sends one message over an open connection. Never rejects. */
export async function sendMessage(state: ConnectionState, message: OutgoingMessage): Promise<SendOutcome> {
  const envelope = prepareEnvelope(state, message);
  if (typeof envelope === 'string') return { kind: 'unsent', because: envelope };
  const transfer = new Transfer(state, message, envelope);
  const { conversation } = state;
  const onAbort = (): void => conversation.fail(new SmtpError('aborted', 'stopped by the caller'));
  message.signal?.addEventListener('abort', onAbort);
  if (message.signal?.aborted === true) onAbort();
  try {
    return { kind: 'answered', recipients: await transfer.run() };
  } catch (error) {
    const known =
      error instanceof SmtpError
        ? error
        : new SmtpError('aborted', 'a hook of the caller failed', { cause: error });
    conversation.fail(known);
    state.ended = true;
    const { phase, refused } = transfer;
    const failure = { phase, code: known.code, detail: known.message, reply: null, tls: state.tls };
    return { kind: 'lost', uncertain: phase === 'final-dot', failure, refused };
  } finally {
    message.signal?.removeEventListener('abort', onAbort);
  }
}

/** Octets up to which copying is cheaper than a packet of its own. */
const smallBlock = 65_536;

interface Envelope {
  readonly mail: string;
  readonly recipients: readonly string[];
}

/** The commands of the envelope, or why this server cannot be asked at all. Addresses are read strictly, so none can carry a second command. */
function prepareEnvelope(state: ConnectionState, message: OutgoingMessage): Envelope | UnsentReason {
  const { extensions } = state;
  if (state.ended || !state.conversation.clean) return 'connection-ended';
  const from = message.from === '' ? null : parseMailbox(message.from);
  const recipients = message.recipients.flatMap((address) => parseMailbox(address) ?? []);
  if (
    (from === null && message.from !== '') ||
    recipients.length !== message.recipients.length ||
    recipients.length === 0
  )
    return 'invalid-address';
  const utf8 =
    message.smtpUtf8 === true || from?.utf8 === true || recipients.some((recipient) => recipient.utf8);
  if (utf8 && !extensions.smtpUtf8) return 'smtputf8-not-offered';
  if (message.requireTls === true && (!extensions.requireTls || state.tls === null))
    return 'requiretls-not-offered';
  if (message.eightBit === true && !extensions.eightBitMime) return '8bitmime-not-offered';
  if (
    message.size !== undefined &&
    extensions.size !== null &&
    extensions.size > 0 &&
    message.size > extensions.size
  )
    return 'too-large';
  let mail = `MAIL FROM:<${from?.address ?? ''}>`;
  if (message.size !== undefined && extensions.size !== null) mail += ` SIZE=${message.size}`;
  if (message.eightBit === true) mail += ' BODY=8BITMIME';
  if (utf8) mail += ' SMTPUTF8';
  if (message.requireTls === true) mail += ' REQUIRETLS';
  const dsn = extensions.dsn ? message.dsn : undefined;
  if (dsn !== undefined) mail += mailDsn(dsn);
  return {
    mail: `${mail}\r\n`,
    recipients: recipients.map(
      ({ address }, index) => `RCPT TO:<${address}>${rcptDsn(dsn?.recipients[index] ?? null, utf8)}\r\n`,
    ),
  };
}

class Transfer {
  readonly #state: ConnectionState;
  readonly #message: OutgoingMessage;
  readonly #envelope: Envelope;
  readonly #outcomes: RecipientOutcome[] = [];
  phase: SmtpPhase = 'ready';

  constructor(state: ConnectionState, message: OutgoingMessage, envelope: Envelope) {
    this.#state = state;
    this.#message = message;
    this.#envelope = envelope;
  }

  get refused(): RecipientOutcome[] {
    return this.#outcomes.filter((outcome) => !outcome.accepted);
  }

  async run(): Promise<readonly RecipientOutcome[]> {
    const { conversation, extensions, timeouts } = this.#state;
    this.phase = 'envelope';
    const data = extensions.pipelining ? await this.#pipelinedEnvelope() : await this.#steppedEnvelope();
    if (data === null) return this.#outcomes;
    const anybody = this.#outcomes.some((outcome) => outcome.accepted);
    if (data.code !== 354) {
      this.#answerAll('data', data);
      return this.#outcomes;
    }
    if (!anybody) return await this.#emptyContent(); // RFC 2920 §3.1
    await this.#message.beforeContent?.(this.#outcomes);
    this.phase = 'content';
    try {
      await this.#content();
    } catch (error) {
      const early = this.phase === 'content' ? conversation.early() : null;
      if (early === null || early.code < 400) throw error;
      this.#answerAll('final-dot', early); // it said no and hung up before the content was out
      return this.#outcomes;
    }
    this.#answerAll('final-dot', await conversation.expect(timeouts.finalDot));
    this.#state.resetFirst = false;
    return this.#outcomes;
  }

  /** All at once (RFC 2920): one round trip for the whole envelope. */
  async #pipelinedEnvelope(): Promise<SmtpReply | null> {
    const { conversation, timeouts, resetFirst } = this.#state;
    conversation.write(
      `${resetFirst ? 'RSET\r\n' : ''}${this.#envelope.mail}${this.#envelope.recipients.join('')}DATA\r\n`,
    );
    if (resetFirst) await conversation.expect(timeouts.command);
    this.#state.resetFirst = true;
    const mail = await this.#reply(timeouts.command);
    for (const address of this.#message.recipients)
      this.#answer(address, mail, await this.#reply(timeouts.recipient));
    this.phase = 'data';
    return await this.#reply(timeouts.data);
  }

  async #steppedEnvelope(): Promise<SmtpReply | null> {
    const { conversation, timeouts, resetFirst } = this.#state;
    const ask = async (command: string, timeoutMs: number): Promise<SmtpReply> => {
      conversation.write(command);
      return await this.#reply(timeoutMs);
    };
    if (resetFirst) await ask('RSET\r\n', timeouts.command);
    this.#state.resetFirst = true;
    const mail = await ask(this.#envelope.mail, timeouts.command);
    for (const [index, address] of this.#message.recipients.entries()) {
      this.#answer(
        address,
        mail,
        isPositive(mail) ? await ask(this.#envelope.recipients[index] ?? '', timeouts.recipient) : mail,
      );
    }
    if (!this.#outcomes.some((outcome) => outcome.accepted)) return null;
    this.phase = 'data';
    return await ask('DATA\r\n', timeouts.data);
  }

  /** 421 means that the server is leaving (RFC 5321 §4.2.3): this connection is not used again. */
  async #reply(timeoutMs: number): Promise<SmtpReply> {
    const reply = await this.#state.conversation.expect(timeoutMs);
    if (reply.code === 421) this.#state.ended = true;
    return reply;
  }

  #answer(address: string, mail: SmtpReply, rcpt: SmtpReply): void {
    const refusedSender = !isPositive(mail);
    const reply = refusedSender ? mail : rcpt;
    this.#outcomes.push({
      address,
      accepted: !refusedSender && isPositive(rcpt),
      reply,
      phase: refusedSender ? 'mail' : 'rcpt',
    });
  }

  /** What is said of the whole message goes to everybody who was accepted so far. */
  #answerAll(phase: 'data' | 'final-dot', reply: SmtpReply): void {
    if (reply.code === 421) this.#state.ended = true;
    for (const [index, outcome] of this.#outcomes.entries()) {
      if (outcome.accepted) this.#outcomes[index] = { ...outcome, accepted: isPositive(reply), reply, phase };
    }
  }

  async #emptyContent(): Promise<readonly RecipientOutcome[]> {
    this.#state.conversation.write(endOfContent);
    await this.#reply(this.#state.timeouts.finalDot);
    return this.#outcomes;
  }

  /** Streams the content; the final dot goes only after `beforeFinalDot`. */
  async #content(): Promise<void> {
    const { conversation, timeouts } = this.#state;
    const { content } = this.#message;
    const stuffer = new DotStuffer();
    let held: Buffer | null = null; // a small last block goes out in one packet with the dot
    for await (const chunk of Buffer.isBuffer(content) ? [content] : this.#blocks(content)) {
      if (held !== null) {
        conversation.write(held);
        await conversation.taken(timeouts.block);
        if (conversation.error !== null) throw conversation.error;
      }
      held = stuffer.push(chunk);
    }
    const large = held !== null && held.length > smallBlock;
    if (held !== null && large) {
      conversation.write(held);
      await conversation.taken(timeouts.block);
    }
    await this.#message.beforeFinalDot?.();
    if (conversation.error !== null) throw conversation.error;
    const end = Buffer.from(stuffer.end() + endOfContent);
    this.phase = 'final-dot';
    conversation.write(held === null || large ? end : Buffer.concat([held, end]));
  }

  async *#blocks(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* content;
    } catch (error) {
      throw new SmtpError('content', 'the message could not be read to its end', { cause: error });
    }
  }
}
