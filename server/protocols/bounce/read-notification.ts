import type { RefusedAt } from './classify-failure.ts';

/** What the words for people say of one recipient. */
export interface NotedRecipient {
  readonly address: string;
  /** What follows the address, on one line. */
  readonly text: string;
}

/** A line from which on the message itself is quoted. */
const quoteBegins =
  /^[ \t]*-{2,}.*(?:copy of|original message|headers?|returned|below this line|message follows|unsent message)/i;

/** At the beginning of a line: an address, perhaps in brackets, and nothing but a remark or a colon behind it. */
const addressLine =
  /^[ \t]{0,20}<?((?:"[^"\n]{1,62}"|[^\s<>@:;,"|()]{1,64})@[\w-]{1,63}(?:\.[\w-]{1,63}){0,20})>?[ \t]*(?:\([^\n)]{0,300}\)[ \t]*)?(?::(.{0,998}))?$/;

const mostRecipients = 100;
/** Of what is said about one recipient, characters. */
export const longestText = 4_000;

/** The words of a notification, and what follows of the returned message. Looked at: 64 KiB, and 1,000 octets of each line. */
export function splitNotification(notification: string): { readonly words: string; readonly quote: string } {
  const lines = notification
    .slice(0, 64 * 1024)
    .replaceAll('\r\n', '\n')
    .split('\n');
  const short = lines.map((line) => line.slice(0, 1_000));
  const at = short.findIndex((line) => quoteBegins.test(line));
  return at < 0
    ? { words: short.join('\n'), quote: '' }
    : { words: short.slice(0, at).join('\n'), quote: short.slice(at).join('\n') };
}

/**
 * Recipients that a notification for people names, each with what it says of it: Postfix, Exim, qmail, Gmail and
 * most others put the address at the beginning of a line, and the reason on it or below.
 */
export function readNotification(words: string): NotedRecipient[] {
  const noted: { address: string; lines: string[] }[] = [];
  for (const line of words.split('\n')) {
    const [, address, rest = ''] = addressLine.exec(line) ?? [];
    const current = noted.at(-1);
    if (address !== undefined && address.toLowerCase() !== current?.address.toLowerCase()) {
      if (noted.length === mostRecipients) break;
      noted.push({ address, lines: [rest] });
    } else current?.lines.push(line);
  }
  return noted
    .map(({ address, lines }) => ({
      address,
      text: lines.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, longestText),
    }))
    .filter(({ text }) => text !== '');
}

/** Where it was refused, as Postfix ("in reply to …") and Exim ("after …") say. */
export function refusedAt(text: string): RefusedAt | null {
  const [, phase] =
    /(?:in reply to|error from remote mail(?: server|er) after)[: ]+(?:end of |pipelined )?(initial connection|[he][eh]lo|starttls|auth|mail from|rcpt to|data|message|sending data)/i.exec(
      text,
    ) ?? [];
  switch (phase?.toLowerCase()) {
    case undefined:
      return null;
    case 'mail from':
      return 'mail';
    case 'rcpt to':
      return 'rcpt';
    case 'data':
    case 'message':
    case 'sending data':
      return 'data';
    default:
      return 'connect';
  }
}
