import { parseMailboxes, type Mailbox } from './address-list.ts';
import { decodeEncodedWords } from './encoded-word.ts';
import { firstField, type HeaderSection } from './header-section.ts';
import { parseMessageIds } from './message-id.ts';

/** What lists, threads and routing need of a message, read from its header section alone. */
export interface EssentialHeaders {
  /** Decoded; '' when there is none. */
  readonly subject: string;
  readonly from: readonly Mailbox[];
  readonly sender: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  /** Only in drafts: a stored message that was sent has none. */
  readonly bcc: readonly Mailbox[];
  /** Null when absent or unreadable. */
  readonly date: Date | null;
  /** Without angle brackets, as the two below. */
  readonly messageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** The media type alone, lower case; text/plain when none is given (RFC 2045 §5.2). */
  readonly contentType: string;
}

/** Of a field that occurs twice the first counts, except To, Cc and Bcc, whose addresses are added up. */
export function readEssentialHeaders(section: HeaderSection): EssentialHeaders {
  const first = (key: string) => firstField(section, key)?.value ?? '';
  const all = (key: string) =>
    section.fields.flatMap((field) => (field.key === key ? parseMailboxes(field.value) : []));
  return {
    subject: decodeEncodedWords(first('subject')),
    from: parseMailboxes(first('from')),
    sender: parseMailboxes(first('sender')),
    replyTo: parseMailboxes(first('reply-to')),
    to: all('to'),
    cc: all('cc'),
    bcc: all('bcc'),
    date: parseDate(first('date')),
    messageId: parseMessageIds(first('message-id'))[0] ?? null,
    inReplyTo: parseMessageIds(first('in-reply-to')),
    references: parseMessageIds(first('references')),
    contentType:
      /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+/.exec(first('content-type'))?.[0].toLowerCase() ?? 'text/plain',
  };
}

/** RFC 5322 §3.3 date-time, and what else Date.parse knows of it; comments are ignored. */
function parseDate(value: string): Date | null {
  const time = Date.parse(value.replace(/\([^()]*\)/g, ' '));
  return Number.isNaN(time) ? null : new Date(time);
}
