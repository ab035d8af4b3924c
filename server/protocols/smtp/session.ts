import type { Awaitable } from './awaitable.ts';
import type { ClientCertificate } from './client-certificate.ts';
import type { Mailbox } from './mailbox.ts';
import type { MailParameters, RcptParameters } from './parameters.ts';
import type { SmtpReply } from './reply.ts';
import type { Credentials } from './sasl.ts';

/** The TLS of a connection as both sides agreed on it. */
export interface TlsParameters {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly version: string;
  /** IANA name, `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
}

/** The same as the server sees it. */
export interface ServerTls extends TlsParameters {
  /** Null where none was asked for or shown. */
  readonly clientCertificate: ClientCertificate | null;
}

/** One connection, as handlers see it. */
export interface SmtpSession {
  readonly id: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly tls: ServerTls | null;
  /** The name the client gave in EHLO or HELO; it proves nothing. */
  readonly client: string | null;
  readonly extended: boolean;
  readonly authenticated: boolean;
}

/** One accepted recipient of a transaction. */
export interface EnvelopeRecipient {
  readonly mailbox: Mailbox;
  readonly parameters: RcptParameters;
}

/** From MAIL to the end of the content (RFC 5321 §3.3). */
export interface SmtpTransaction {
  /** Null: the empty reverse path, of reports. */
  readonly from: Mailbox | null;
  readonly parameters: MailParameters;
  /** Those whom `recipient` answered with 2xx, in order. */
  readonly recipients: readonly EnvelopeRecipient[];
}

/** Where the content of a message goes: unstuffed, with CRLF line ends, without the final dot. */
export interface ContentSink {
  /** Takes some content; the sink may keep the buffer. A promise holds the client back until it resolves; a rejection makes the reply 451. */
  write(chunk: Buffer): void | Promise<void>;
  /** The content is complete. Its reply is what the client hears: 2xx is a promise that the message is safe. */
  finish(): Awaitable<SmtpReply>;
  /** The content will never be complete, or must not be taken: connection lost, too large, bare line ends. Called instead of `finish`. */
  abort(): void;
}

/** Decides for one connection. What it throws is answered with 451 4.3.0 and given to `onError`. */
export interface SmtpSessionHandler {
  /** 235 lets the client in. Called only under TLS. Without it AUTH is not offered. */
  authenticate?(credentials: Credentials): Awaitable<SmtpReply>;
  mail(from: Mailbox | null, parameters: MailParameters): Awaitable<SmtpReply>;
  /** `transaction` already holds the recipients accepted so far. */
  recipient(recipient: EnvelopeRecipient, transaction: SmtpTransaction): Awaitable<SmtpReply>;
  /** DATA or the first BDAT: a sink, or the reply that refuses. */
  content(transaction: SmtpTransaction): Awaitable<ContentSink | SmtpReply>;
  /** The transaction is over, for whatever reason. */
  reset?(): void;
  /** The connection is over. Called once. */
  closed?(): void;
}
