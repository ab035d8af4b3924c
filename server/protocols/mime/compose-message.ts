import MailComposer from 'nodemailer/lib/mail-composer';

export interface MailboxToWrite {
  readonly name?: string;
  readonly address: string;
}

export interface AttachmentToWrite {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
  /** Makes it a part that the HTML shows by `cid:`; without angle brackets. */
  readonly cid?: string;
}

export interface MessageToWrite {
  readonly from: MailboxToWrite;
  readonly sender?: MailboxToWrite;
  readonly replyTo?: readonly MailboxToWrite[];
  readonly to?: readonly MailboxToWrite[];
  readonly cc?: readonly MailboxToWrite[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly AttachmentToWrite[];
  /** Message-IDs here and below are without angle brackets. */
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly date: Date;
  /** Further fields, on top of the standard ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Writes a message as RFC 5322 and MIME with CRLF line ends. There is no Bcc to give: it belongs to the
 * envelope. Nothing is ever read from a file or fetched. Text is quoted-printable or base64 where it
 * needs to be, so that lines hold the limits of SMTP.
 * Throws RangeError when a field of `headers` could break out of its place.
 */
export async function composeMessage(message: MessageToWrite): Promise<Buffer> {
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    if (!/^[!-9;-~]{1,76}$/.test(name)) throw new RangeError('Invalid header field name');
    if (/[^\P{Cc}\t]/u.test(value)) throw new RangeError('Invalid header field value');
  }
  const composer = new MailComposer({
    from: toNodemailer(message.from),
    ...(message.sender && { sender: toNodemailer(message.sender) }),
    replyTo: (message.replyTo ?? []).map(toNodemailer),
    to: (message.to ?? []).map(toNodemailer),
    cc: (message.cc ?? []).map(toNodemailer),
    subject: oneLine(message.subject ?? ''),
    ...(message.text !== undefined && { text: message.text }),
    ...(message.html !== undefined && { html: message.html }),
    // A message needs a body, if an empty one.
    ...(message.text === undefined && message.html === undefined && { text: '' }),
    attachments: (message.attachments ?? []).map(({ filename, contentType, content, cid }) => ({
      filename: oneLine(filename),
      contentType: oneLine(contentType),
      content,
      ...(cid !== undefined && { cid }),
    })),
    messageId: `<${message.messageId}>`,
    ...(message.inReplyTo !== undefined && { inReplyTo: `<${message.inReplyTo}>` }),
    references: (message.references ?? []).map((id) => `<${id}>`),
    date: message.date,
    headers: { ...message.headers },
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function toNodemailer({ name, address }: MailboxToWrite): { name: string; address: string } {
  return { name: oneLine(name ?? ''), address };
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').toWellFormed();
}
