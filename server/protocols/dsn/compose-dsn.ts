import { randomBytes } from 'node:crypto';
import type { DsnReport, RecipientReport } from './report.ts';

const CRLF = '\r\n';
/** RFC 5322 §2.1.1 allows 998; a long diagnostic is cut well before. */
const longestField = 700;

/**
 * Composes a multipart/report of type delivery-status (RFC 3464, RFC 6522): words for people,
 * fields for programs, and the headers of the message. The body only where its sender asked for it (RET=FULL).
 */
export function composeDsn(report: DsnReport): Buffer {
  const international = report.recipients.some(({ address }) => !isAscii(address));
  const boundary = `dsn-${randomBytes(18).toString('hex')}`;
  const head = [
    `From: ${encodePhrase(report.from.name)} <${report.from.address}>`,
    `To: <${report.to}>`,
    `Subject: ${encodeWords(report.subject)}`,
    `Date: ${formatDate(report.date)}`,
    `Message-ID: <${report.messageId}>`,
    ...(report.inReplyTo === undefined
      ? []
      : [`In-Reply-To: ${report.inReplyTo}`, `References: ${report.inReplyTo}`]),
    'Auto-Submitted: auto-replied', // RFC 3834 §5
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${international ? 'global-delivery-status' : 'delivery-status'};${CRLF}\tboundary="${boundary}"`,
  ];
  const parts = [
    part('text/plain; charset=utf-8', base64Lines(Buffer.from(report.text)), 'base64'),
    // RFC 6533 §3: addresses beyond ASCII need the global form.
    part(
      international ? 'message/global-delivery-status' : 'message/delivery-status',
      deliveryFields(report).join(CRLF),
      international ? '8bit' : '7bit',
    ),
  ];
  const body = parts.map((text) => `--${boundary}${CRLF}${text}${CRLF}`).join('');
  return Buffer.concat([
    Buffer.from(`${head.join(CRLF)}${CRLF}${CRLF}${body}--${boundary}${CRLF}`),
    returnedPart(report),
    Buffer.from(`${CRLF}--${boundary}--${CRLF}`),
  ]);
}

/** The octets as they were: a message may hold any. */
function returnedPart({ returnedHeaders, returnedMessage }: DsnReport): Buffer {
  const ascii = isAscii(returnedHeaders.toString('latin1'));
  const type =
    returnedMessage !== undefined
      ? ascii
        ? 'message/rfc822'
        : 'message/global'
      : ascii
        ? 'text/rfc822-headers'
        : 'message/global-headers';
  return Buffer.concat([Buffer.from(part(type, '', '8bit')), returnedMessage ?? returnedHeaders]);
}

function deliveryFields(report: DsnReport): string[] {
  return [
    ...(report.envelopeId === undefined ? [] : [`Original-Envelope-Id: ${asciiLine(report.envelopeId)}`]),
    `Reporting-MTA: dns; ${oneLine(report.reportingMta)}`,
    `Arrival-Date: ${formatDate(report.arrivedAt)}`,
    ...report.recipients.flatMap((recipient) => ['', ...recipientFields(recipient)]),
    '',
  ];
}

function recipientFields(recipient: RecipientReport): string[] {
  const kind = isAscii(recipient.address) ? 'rfc822' : 'utf-8';
  const { originalRecipient: original } = recipient;
  return [
    ...(original === undefined
      ? []
      : [`Original-Recipient: ${asciiLine(original.type)}; ${oneLine(original.address)}`]),
    `Final-Recipient: ${kind}; ${oneLine(recipient.address)}`,
    `Action: ${recipient.action}`,
    `Status: ${recipient.status}`,
    ...(recipient.remoteMta === undefined ? [] : [`Remote-MTA: dns; ${oneLine(recipient.remoteMta)}`]),
    ...(recipient.diagnostic === undefined
      ? []
      : [`Diagnostic-Code: smtp; ${asciiLine(recipient.diagnostic)}`]),
    ...(recipient.lastAttemptAt === undefined
      ? []
      : [`Last-Attempt-Date: ${formatDate(recipient.lastAttemptAt)}`]),
    ...(recipient.willRetryUntil === undefined
      ? []
      : [`Will-Retry-Until: ${formatDate(recipient.willRetryUntil)}`]),
  ];
}

function part(contentType: string, content: string, encoding: string): string {
  return [`Content-Type: ${contentType}`, `Content-Transfer-Encoding: ${encoding}`, '', content].join(CRLF);
}

const base64Lines = (content: Buffer): string => content.toString('base64').replaceAll(/.{76}/g, `$&${CRLF}`);

/** RFC 5322 §3.3, in UTC. */
const formatDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');

/** A value may not start a header of its own: control characters become spaces. */
const oneLine = (value: string): string =>
  value
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, longestField)
    .trim();

const asciiLine = (value: string): string => oneLine(value).replaceAll(/[^\x20-\x7e]/g, '?');

const isAscii = (value: string): boolean => /^\p{ASCII}*$/u.test(value);

/** RFC 2047 §2: an encoded word is at most 75 characters, so the text is cut by whole characters. */
function encodeWords(text: string): string {
  if (isAscii(text)) return oneLine(text);
  const words: string[] = [];
  let word = '';
  for (const character of oneLine(text)) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((each) => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`)
    .join(`${CRLF} `);
}

const encodePhrase = (name: string): string =>
  isAscii(name) ? `"${oneLine(name).replaceAll(/["\\]/g, '\\$&')}"` : encodeWords(name);
