import {
  readDeliveryStatus,
  readReportParts,
  type ReportedRecipient,
  type ReportParts,
} from '#protocols/dsn/index.ts';
import { parseMessageIds } from '#protocols/mime/index.ts';
import { classifyFailure } from './classify-failure.ts';
import {
  longestText,
  readNotification,
  refusedAt,
  splitNotification,
  type NotedRecipient,
} from './read-notification.ts';
import { weightOf, type BounceReason, type BounceWeight } from './reason.ts';

export interface BouncedRecipient {
  /** As the report names it; where mail was forwarded, not the one it was sent to. */
  readonly address: string;
  /** As its sender named it; null where the report does not say. */
  readonly originalAddress: string | null;
  readonly action:
    | 'failed' // will not be tried again
    | 'delayed' // is still being tried
    | 'arrived'; // delivered, relayed or expanded
  readonly reason: BounceReason;
  readonly weight: BounceWeight;
  /** RFC 3463; null where neither report nor reply has one. */
  readonly status: string | null;
  readonly replyCode: number | null;
  /** The words of whoever refused. They may name people. */
  readonly diagnostic: string;
}

export interface Bounce {
  readonly recipients: readonly BouncedRecipient[];
  /** Message-ID of the message that came back, without angle brackets; null where it is not returned. */
  readonly originalMessageId: string | null;
}

/**
 * Reads a report about mail that did not arrive: by RFC 3464 where it has such a part, else by the words that
 * mail servers write. Null for whatever is no such report. It proves nothing: who sent it may have made it up.
 */
export function readBounce(raw: Buffer): Bounce | null {
  const parts = readReportParts(raw);
  if (parts === null) return null;
  const noted = readNotification(splitNotification(parts.notification).words);
  const reported = statusOf(parts);
  const recipients =
    reported.length > 0
      ? reported.map((each) => fromStatus(each, noted, parts))
      : looksLikeBounce(parts)
        ? fromWords(parts, noted)
        : [];
  if (recipients.length === 0) return null;
  return { recipients, originalMessageId: originalMessageIdOf(parts) };
}

/** A report that was packed as plain text on its way still has its fields. */
function statusOf({ deliveryStatus, notification }: ReportParts): readonly ReportedRecipient[] {
  const text = deliveryStatus ?? (/^final-recipient:/im.test(notification) ? notification : null);
  return text === null ? [] : readDeliveryStatus(text).recipients;
}

function fromStatus(
  reported: ReportedRecipient,
  noted: readonly NotedRecipient[],
  parts: ReportParts,
): BouncedRecipient {
  const { finalRecipient, originalRecipient, action, status, diagnostic } = reported;
  // A pipe or a file is where a mailbox led, not whose it is.
  const isLocal = /^[|/]/.test(finalRecipient);
  if (isLocal) {
    const [first] = fromWords(parts, noted);
    if (first !== undefined) return { ...first, originalAddress: originalRecipient };
  }
  const address = finalRecipient || (originalRecipient ?? '');
  const words = noted.find(({ address: each }) => each.toLowerCase() === address.toLowerCase())?.text;
  const failure = failureOf(
    (diagnostic?.text ?? words ?? '').slice(0, longestText),
    words ?? '',
    status,
    diagnostic?.type === 'x-unix',
  );
  return {
    ...failure,
    address,
    originalAddress: originalRecipient,
    action:
      action === 'failed' || action === 'delayed'
        ? action
        : action === null
          ? status?.startsWith('4.') === true
            ? 'delayed'
            : 'failed'
          : 'arrived',
  };
}

/** Who writes for a mail server, or what a mail server calls its reports. */
function looksLikeBounce({ section, notification }: ReportParts): boolean {
  const value = (key: string) => section.fields.find((field) => field.key === key)?.value ?? '';
  return (
    section.fields.some(({ key }) => key === 'x-failed-recipients') ||
    /mailer-daemon|postmaster|mail ?delivery (?:sub)?system/i.test(value('from')) ||
    /undeliver|delivery (?:status|failure|notification)|returned mail|mail (?:delivery )?fail|failure notice|delayed \d+ hours/i.test(
      value('subject'),
    ) ||
    /could not be delivered|Hi\. This is the/.test(notification.slice(0, 1_000))
  );
}

function fromWords(
  { section, notification }: ReportParts,
  noted: readonly NotedRecipient[],
): BouncedRecipient[] {
  const text = splitNotification(notification).words.replaceAll(/\s+/g, ' ').slice(0, longestText);
  const action =
    /(?:has been|was) delayed|not yet been delivered|warning message only|still being (?:tried|retried)/i.test(
      text,
    )
      ? 'delayed'
      : 'failed';
  const named = section.fields
    .filter(({ key }) => key === 'x-failed-recipients')
    .flatMap(({ value }) => value.split(/[\s,]+/).filter((address) => address !== ''));
  const withReason = noted.filter((each) => saysWhy(each.text));
  const found: readonly NotedRecipient[] =
    withReason.length > 0
      ? withReason
      : (named.length > 0 ? named : firstAddress(text)).map((address) => ({ address, text }));
  return found.map(({ address, text: words }) => ({
    ...failureOf(words, words, null, /pipe to \||save to |command output/i.test(words)),
    address,
    originalAddress: null,
    action,
  }));
}

/** What a footer with an address to write to does not have. */
function saysWhy(text: string): boolean {
  return (
    /(?<![\d.])[245]\d\d[ -]/.test(text) ||
    classifyFailure({ text, status: null, replyCode: null, refusedAt: null, ofProgram: false }) !== 'unknown'
  );
}

function firstAddress(text: string): string[] {
  const [address] = /[^\s<>@:;,"|()]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}/.exec(text) ?? [];
  return address === undefined ? [] : [address];
}

function failureOf(
  said: string,
  context: string,
  reported: string | null,
  ofProgram: boolean,
): Pick<BouncedRecipient, 'reason' | 'weight' | 'status' | 'replyCode' | 'diagnostic'> {
  const inText = /(?<![.\d])[245]\.\d{1,3}\.\d{1,3}(?![.\d])/.exec(said)?.[0] ?? null;
  const code = /(?<![\d.-])[45]\d\d(?=[ -])/.exec(said)?.[0];
  const status = reported === null || reported.endsWith('.0.0') ? (inText ?? reported) : reported;
  const replyCode = code === undefined ? null : Number(code);
  const reason = classifyFailure({ text: said, status, replyCode, refusedAt: refusedAt(context), ofProgram });
  return { reason, weight: weightOf(reason), status, replyCode, diagnostic: said };
}

function originalMessageIdOf({ returned, notification }: ReportParts): string | null {
  const text = returned?.toString('latin1', 0, 64 * 1024) ?? splitNotification(notification).quote;
  const [, value = ''] = /^message-id:((?:.|\r?\n[ \t])*)$/im.exec(text) ?? [];
  return parseMessageIds(value)[0] ?? null;
}
