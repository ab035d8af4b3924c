export { addressGroup, createSmtpServer } from './server.ts';
export type { SmtpServer } from './server.ts';
export type {
  SmtpServerHandlers,
  SmtpServerLimits,
  SmtpServerOptions,
  TlsCredentials,
} from './server-options.ts';
export type {
  ContentSink,
  EnvelopeRecipient,
  SmtpSession,
  SmtpSessionHandler,
  SmtpTransaction,
  TlsParameters,
} from './session.ts';
export { after } from './awaitable.ts';
export type { Awaitable } from './awaitable.ts';
export type { ClientCertificate } from './client-certificate.ts';
export type { Credentials } from './sasl.ts';
export type { MailParameters, RcptParameters } from './parameters.ts';
export { isAddressLiteral, isDomainName, parseMailbox, parsePath } from './mailbox.ts';
export type { Mailbox, ParsedPath } from './mailbox.ts';
export { describeReply, isPositive, replyClass, smtpReply } from './reply.ts';
export type { ReplyClass, SmtpReply } from './reply.ts';
export { openSmtpConnection } from './open-connection.ts';
export type { OpenOutcome, SmtpConnection } from './open-connection.ts';
export type {
  ClientTls,
  DsnParameters,
  OutgoingMessage,
  RecipientOutcome,
  SendOutcome,
  SmtpConnectionOptions,
  SmtpFailure,
  SmtpPhase,
  SmtpTimeouts,
  UnsentReason,
} from './client-options.ts';
export type { SmtpErrorCode } from './errors.ts';
export type { SmtpExtensions } from './extensions.ts';
export type { CertificateVerdict, PeerCertificate, PeerTls } from './peer-tls.ts';
