import type { SmtpErrorCode } from './errors.ts';
import type { MailParameters, RcptParameters } from './parameters.ts';
import type { PeerTls } from './peer-tls.ts';
import type { SmtpReply } from './reply.ts';

/** Longest waits for the other side, in milliseconds. Defaults: RFC 5321 §4.5.3.2, except connect and handshake. */
export interface SmtpTimeouts {
  /** TCP connection. Default 30 s. */
  readonly connect: number;
  /** TLS handshake. Default 30 s. */
  readonly handshake: number;
  /** The greeting. 5 min. */
  readonly greeting: number;
  /** EHLO, STARTTLS, MAIL, RSET. 5 min. */
  readonly command: number;
  /** RCPT. 5 min. */
  readonly recipient: number;
  /** The answer to DATA. 2 min. */
  readonly data: number;
  /** Each block of content taken by the other side. 3 min. */
  readonly block: number;
  /** The answer to the final dot. 10 min; less makes duplicates. */
  readonly finalDot: number;
}

const minute = 60_000;

export const defaultTimeouts: SmtpTimeouts = {
  connect: minute / 2,
  handshake: minute / 2,
  greeting: 5 * minute,
  command: 5 * minute,
  recipient: 5 * minute,
  data: 2 * minute,
  block: 3 * minute,
  finalDot: 10 * minute,
};

/** How TLS is used. `never`: only for tests and loopback. `if-offered`: STARTTLS where it is there. `required`: STARTTLS or nothing. `implicit`: from the first byte. */
export interface ClientTls {
  readonly use: 'never' | 'if-offered' | 'required' | 'implicit';
  /** Default and least TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Certificates of authorities (PEM) trusted beside the public ones. */
  readonly trusted?: readonly string[];
  /** End with `tls-unproven` unless the verdict is `verified`. Default false: the caller reads `tls.verdict` itself. */
  readonly verified?: boolean;
}

export interface SmtpConnectionOptions {
  /** Name of the server, for SNI and certificate. */
  readonly host: string;
  /** Address to dial. Default: `host`, resolved by the system. */
  readonly address?: string;
  readonly port: number;
  /** Our name in EHLO. */
  readonly localName: string;
  /** Local address to dial from. */
  readonly localAddress?: string;
  readonly tls: ClientTls;
  readonly timeouts?: Partial<SmtpTimeouts>;
  /** Ends the connection at once, whatever it is doing. */
  readonly signal?: AbortSignal;
}

/** Where in the conversation something happened. */
export type SmtpPhase =
  | 'connect'
  | 'greeting'
  | 'hello'
  | 'starttls'
  | 'handshake'
  | 'ready' // between messages
  | 'envelope' // MAIL and RCPT sent, answers awaited
  | 'data' // DATA sent, 354 awaited
  | 'content' // content under way; the message cannot have been taken yet
  | 'final-dot'; // the final dot is out, its answer is not in: nobody knows whether the message was taken

/** Why a connection could not be made or was lost. */
export interface SmtpFailure {
  readonly phase: SmtpPhase;
  readonly code: SmtpErrorCode;
  /** In words, without names of people; from a server's text only in `reply`. */
  readonly detail: string;
  /** The refusing reply, where there is one. Its text is the other server's and may name people. */
  readonly reply: SmtpReply | null;
  /** How far TLS came. */
  readonly tls: PeerTls | null;
}

export interface DsnParameters {
  readonly ret: MailParameters['ret'];
  readonly envelopeId: MailParameters['envelopeId'];
  readonly recipients: readonly (RcptParameters | null)[];
}

/** One message to send. */
export interface OutgoingMessage {
  /** Envelope sender; '' for the empty reverse path. */
  readonly from: string;
  readonly recipients: readonly string[];
  /** What is asked of reports (RFC 3461): of the whole, and of each recipient in their order. Passed on only where DSN is offered. */
  readonly dsn?: DsnParameters;
  /** The message, in chunks of any size. Line ends become CRLF and dots are stuffed on the way. */
  readonly content: Buffer | AsyncIterable<Buffer>;
  /** Octets of the content, for SIZE. */
  readonly size?: number;
  /** The content has octets above 127. Default false. */
  readonly eightBit?: boolean;
  /** Asked on with REQUIRETLS; only a server that offers it gets the message (RFC 8689 §4.2.1). Default false. */
  readonly requireTls?: boolean;
  /** The headers need SMTPUTF8. Default false; addresses beyond ASCII ask for it by themselves. */
  readonly smtpUtf8?: boolean;
  /** Called when the server is ready for the content, with what it said of each recipient. A throw ends the connection before any content. */
  beforeContent?(recipients: readonly RecipientOutcome[]): void | Promise<void>;
  /** Called when all content is out and only the final dot is missing: the place for a durable note of the intent. A throw ends the connection; the message was surely not taken. */
  beforeFinalDot?(): void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** The last word of the server about one recipient. */
export interface RecipientOutcome {
  readonly address: string;
  /** The message was taken for this recipient (before the content: may still be taken). */
  readonly accepted: boolean;
  readonly reply: SmtpReply;
  /** Which command the reply answers. */
  readonly phase: 'mail' | 'rcpt' | 'data' | 'final-dot';
}

/** Why a message was not even offered to this server. */
export type UnsentReason =
  | 'invalid-address' // no address of RFC 5321
  | 'too-large' // above the SIZE it names
  | '8bitmime-not-offered'
  | 'smtputf8-not-offered'
  | 'requiretls-not-offered'
  | 'connection-ended'; // this connection is over; open another

export type SendOutcome =
  | { readonly kind: 'answered'; readonly recipients: readonly RecipientOutcome[] }
  | { readonly kind: 'unsent'; readonly because: UnsentReason }
  | {
      readonly kind: 'lost';
      /** True after the final dot: the message may have been taken. */
      readonly uncertain: boolean;
      readonly failure: SmtpFailure;
      /** Recipients that had been refused before; they are certain. */
      readonly refused: readonly RecipientOutcome[];
    };
