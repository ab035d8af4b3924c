import type { HeaderSection } from '#protocols/mime/index.ts';
import type { Mailbox, SmtpSession } from '#protocols/smtp/index.ts';

/** RFC 5321 §6.3: more than this many Received fields is a loop. */
const mostHops = 100;

export function goesInCircles({ fields }: HeaderSection): boolean {
  return fields.filter(({ key }) => key === 'received').length > mostHops;
}

/** More passes of one message through us than forwarding there and back ever makes. */
export const mostPasses = 4;

/** How often a message has come through us before. */
export function passesThrough({ fields }: HeaderSection, hostname: string): number {
  const by = ` by ${hostname.toLowerCase()} `;
  return fields.filter(({ key, value }) => key === 'received' && ` ${value}`.toLowerCase().includes(by))
    .length;
}

/** The date-time of RFC 5322 §3.3, in UTC. */
export function formatDate(date: Date): string {
  const second = Math.floor(date.getTime() / 1000);
  if (second !== written.second) written = { second, text: date.toUTCString().replace('GMT', '+0000') };
  return written.text;
}

/** Mail that comes in one second bears one date. */
let written = { second: Number.NaN, text: '' };

export interface Stamp {
  readonly session: SmtpSession;
  readonly hostname: string;
  readonly id: string;
  readonly at: Date;
  readonly utf8: boolean;
}

/**
 * The Received field for a message from another server (RFC 5321 §4.4), with the cipher in a `tls` clause
 * (RFC 8314 §4.3). Never a `for` clause: it would tell one recipient of another.
 */
export function receivedFromServer({ session, hostname, id, at, utf8 }: Stamp): string {
  const { client, remoteAddress } = session;
  const literal = remoteAddress.includes(':') ? `IPv6:${remoteAddress}` : remoteAddress;
  return `from ${client ?? 'unknown'} ([${literal}]) by ${hostname} with ${protocolOf(session, utf8)}${tlsClause(session)} id ${id}; ${formatDate(at)}`;
}

/** The Received field for a message of a user: where in the house it was written is nobody's business outside. */
export function receivedFromUser({ session, hostname, id, at, utf8 }: Stamp): string {
  return `by ${hostname} with ${protocolOf(session, utf8)}${tlsClause(session)} id ${id}; ${formatDate(at)}`;
}

/** RFC 3848; RFC 6531 §4.3 for UTF-8. */
function protocolOf({ extended, tls, authenticated }: SmtpSession, utf8: boolean): string {
  const secured = `${tls === null ? '' : 'S'}${authenticated ? 'A' : ''}`;
  if (utf8) return `UTF8SMTP${secured}`;
  return extended ? `ESMTP${secured}` : 'SMTP';
}

function tlsClause({ tls }: SmtpSession): string {
  return tls === null ? '' : ` tls ${tls.cipher}`;
}

/** The Return-Path field of a delivered message (RFC 5321 §4.4). */
export function returnPath(from: Mailbox | null): string {
  return `<${from?.address ?? ''}>`;
}
