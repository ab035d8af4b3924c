/** What a delivery status notification says about a message (RFC 3464). Addresses may hold non-ASCII characters (RFC 6533). */
export interface DsnReport {
  /** Host that gives the report: the server's own name. RFC 3464 §2.2.2. */
  readonly reportingMta: string;
  /** Mailbox the notification comes from, for example `MAILER-DAEMON@lakeside.test`. */
  readonly from: { readonly address: string; readonly name: string };
  /** Who sent the message and is told. */
  readonly to: string;
  /** Message-ID of the notification itself, without angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  /** Subject line; plain words. */
  readonly subject: string;
  /** The part for people: what happened and what can be done, plain text. */
  readonly text: string;
  /** When the message was accepted from its sender. RFC 3464 §2.2.5. */
  readonly arrivedAt: Date;
  /** At least one. */
  readonly recipients: readonly RecipientReport[];
  /** Header block of the message in question, CRLF line ends, without its body (RFC 6522 §4). */
  readonly returnedHeaders: Buffer;
  /** The whole message instead, where its sender asked for it (RET=FULL). */
  readonly returnedMessage?: Buffer;
  /** The sender's own name for the envelope (ENVID). */
  readonly envelopeId?: string;
  /** Message-ID of the message in question, with angle brackets, for In-Reply-To and References. */
  readonly inReplyTo?: string;
}

/** One recipient's fields. RFC 3464 §2.3. */
export interface RecipientReport {
  readonly address: string;
  /** As the sender named it (ORCPT): type and address. */
  readonly originalRecipient?: { readonly type: string; readonly address: string };
  readonly action:
    | 'failed' // will not be tried again
    | 'delayed' // is still being tried
    | 'delivered' // is in the mailbox
    | 'relayed'; // handed to a server that sends no reports, or to the portal (RFC 3461 §5.2.2)
  /** RFC 3463, for example `5.1.1`. */
  readonly status: string;
  /** The other server's name, if one was reached. */
  readonly remoteMta?: string;
  /** The other server's reply, as it gave it. */
  readonly diagnostic?: string;
  readonly lastAttemptAt?: Date;
  /** For what is delayed: until when it will be tried (RFC 3464 §2.3.9). */
  readonly willRetryUntil?: Date;
}
