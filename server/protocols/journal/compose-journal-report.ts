import { isAscii } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  encodeQuotedPrintable,
  formatField,
  parseHeaderSection,
  readEssentialHeaders,
} from '#protocols/mime/index.ts';

/** What an archive has to know of a message that the message does not say. */
export interface JournaledEnvelope {
  readonly direction: 'incoming' | 'outgoing';
  /** Of the envelope; '' for reports of mail servers. */
  readonly sender: string;
  readonly recipients: readonly {
    readonly address: string;
    /** How the message named it; 'recipient' where that is not known. */
    readonly kind: 'to' | 'cc' | 'bcc' | 'recipient';
  }[];
  /** When it was taken. */
  readonly at: Date;
}

export interface JournalReport {
  readonly from: string;
  readonly to: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly envelope: JournaledEnvelope;
  /** As it was sent or came. */
  readonly message: Buffer;
  readonly now: Date;
}

const labels = { to: 'To', cc: 'Cc', bcc: 'Bcc', recipient: 'Recipient' } as const;

/** A journal report with the message in it, octet for octet. */
export function composeJournalReport({ from, to, messageId, envelope, message, now }: JournalReport): Buffer {
  const parsed = parseHeaderSection(message);
  const headers = parsed.ok ? readEssentialHeaders(parsed.section) : null;
  const subject = oneLine(headers?.subject ?? '');
  const text = [
    `Sender: ${oneLine(envelope.sender)}`,
    `Subject: ${subject}`,
    `Message-Id: ${headers?.messageId == null ? '' : `<${oneLine(headers.messageId)}>`}`,
    ...envelope.recipients.map(({ address, kind }) => `${labels[kind]}: ${oneLine(address)}`),
    `Direction: ${envelope.direction}`,
    `Date: ${envelope.at.toISOString()}`,
    '',
  ].join('\r\n');
  const boundary = `journal-${randomBytes(18).toString('hex')}`;
  const head = [
    ['From', `"Journal" <${from}>`],
    ['To', `<${to}>`],
    ['Subject', subject],
    ['Date', now.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${messageId}>`],
    ['X-MS-Journal-Report', ''],
    ['Auto-Submitted', 'auto-generated'], // RFC 3834 §5
    ['MIME-Version', '1.0'],
    ['Content-Type', `multipart/mixed; boundary="${boundary}"`],
  ] as const;
  const isInternational = parsed.ok && !isAscii(message.subarray(0, parsed.section.fieldsEnd));
  return Buffer.concat([
    ...head.map(([name, value]) => formatField(name, value)),
    Buffer.from(
      [
        '',
        `--${boundary}`,
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        encodeQuotedPrintable(Buffer.from(text)).toString('latin1'),
        `--${boundary}`,
        `Content-Type: ${isInternational ? 'message/global' : 'message/rfc822'}`, // RFC 6532 §3.7
        'Content-Disposition: attachment',
        `Content-Transfer-Encoding: ${isAscii(message) ? '7bit' : '8bit'}`,
        '',
        '',
      ].join('\r\n'),
    ),
    message,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
