/** Why a conversation as a client ended before its time. */
export type SmtpErrorCode =
  | 'unreachable' // no connection: refused, no route, name not found
  | 'timeout' // the other side was silent too long (RFC 5321 §4.5.3.2)
  | 'connection-lost' // it closed or broke the connection
  | 'protocol' // it does not speak SMTP
  | 'refused' // it answered 4xx or 5xx where the conversation cannot go on; see the reply
  | 'tls-not-offered' // STARTTLS was required and is not there
  | 'tls-version' // it has no TLS of the demanded version
  | 'tls-failed' // the handshake broke
  | 'tls-unproven' // the certificate is not what was demanded; see the TLS report
  | 'content' // the source of the message failed while being read
  | 'aborted'; // the caller's signal or hook stopped it

/** Inside the client only; callers see it as a `SmtpFailure` value. */
export class SmtpError extends Error {
  readonly code: SmtpErrorCode;

  constructor(code: SmtpErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'SmtpError';
    this.code = code;
  }
}
