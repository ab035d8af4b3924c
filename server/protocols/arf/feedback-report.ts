import { readReportParts } from '#protocols/dsn/index.ts';
import { parseMessageIds } from '#protocols/mime/index.ts';

/** What a complaint is about (RFC 5965 §7.3, RFC 6591 §3.1, RFC 6430). */
export type FeedbackType = 'abuse' | 'auth-failure' | 'fraud' | 'not-spam' | 'virus' | 'other';

/** A report of a mailbox provider about one message that was ours (RFC 5965). */
export interface FeedbackReport {
  readonly type: FeedbackType;
  readonly userAgent: string | null;
  /** Original-Mail-From, without angle brackets. */
  readonly originalMailFrom: string | null;
  /** Original-Rcpt-To, often left out or blinded. */
  readonly originalRecipients: readonly string[];
  readonly sourceIp: string | null;
  readonly reportedDomains: readonly string[];
  /** How many messages it stands for; 1 where not said. */
  readonly incidents: number;
  /** Without angle brackets; null where the message is not returned. */
  readonly originalMessageId: string | null;
}

const types: readonly FeedbackType[] = ['abuse', 'auth-failure', 'fraud', 'not-spam', 'virus'];
const most = 100;

/** Reads a message/feedback-report; null where the message has none. It proves nothing: anybody can write one. */
export function readFeedbackReport(raw: Buffer): FeedbackReport | null {
  const parts = readReportParts(raw);
  if (parts?.feedbackReport == null) return null;
  const fields = parts.feedbackReport
    .replaceAll('\r\n', '\n')
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n')
    .map(
      (line) =>
        [
          line
            .slice(0, Math.max(0, line.indexOf(':')))
            .trim()
            .toLowerCase(),
          line.slice(line.indexOf(':') + 1).trim(),
        ] as const,
    );
  const all = (name: string) =>
    fields.flatMap(([key, value]) => (key === name && value !== '' ? [value] : [])).slice(0, most);
  const first = (name: string) => all(name)[0] ?? null;
  const type = first('feedback-type')?.toLowerCase();
  if (type === undefined) return null;
  const header = parts.returned?.toString('latin1', 0, 64 * 1024) ?? '';
  const [, messageId = ''] = /^message-id:((?:.|\r?\n[ \t])*)$/im.exec(header) ?? [];
  return {
    type: types.find((known) => known === type) ?? 'other',
    userAgent: first('user-agent'),
    originalMailFrom: bare(first('original-mail-from')),
    originalRecipients: all('original-rcpt-to').flatMap((value) => bare(value) ?? []),
    sourceIp: first('source-ip')?.split(' ', 1)[0] ?? null, // some add its name
    reportedDomains: all('reported-domain'),
    incidents: Number(/^\d{1,6}$/.exec(first('incidents') ?? '')?.[0] ?? 1),
    originalMessageId: parseMessageIds(messageId)[0] ?? null,
  };
}

function bare(value: string | null): string | null {
  return value === null ? null : value.replace(/^<(.*)>$/, '$1');
}
