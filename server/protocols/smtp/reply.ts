/** One SMTP reply, sent or received (RFC 5321 §4.2). `enhanced` is the RFC 3463 code (`5.1.1`), null where none was given. */
export interface SmtpReply {
  readonly code: number;
  readonly enhanced: string | null;
  readonly lines: readonly string[];
}

/** What a reply means for the one who asked (RFC 5321 §4.2.1, first digit). */
export type ReplyClass =
  | 'positive' // 2xx: done
  | 'intermediate' // 3xx: go on
  | 'transient' // 4xx: not now; the same request may be tried again
  | 'permanent'; // 5xx: no; the same request must not be repeated

/** Builds a reply; `lines` are its texts, one or more. */
export function smtpReply(code: number, enhanced: string | null, ...lines: [string, ...string[]]): SmtpReply {
  return { code, enhanced, lines };
}

export function replyClass(reply: Pick<SmtpReply, 'code'>): ReplyClass {
  if (reply.code < 300) return 'positive';
  if (reply.code < 400) return 'intermediate';
  return reply.code < 500 ? 'transient' : 'permanent';
}

export function isPositive(reply: Pick<SmtpReply, 'code'>): boolean {
  return reply.code >= 200 && reply.code < 300;
}

/** Longest text of one reply line. RFC 5321 §4.5.3.1.5 allows 512 octets with code and line end. */
const longestText = 480;

/** The reply as it goes over the wire. Line ends and controls in a text become blanks, so that no text can forge a second reply. */
export function formatReply(reply: SmtpReply): string {
  const prefix = reply.enhanced === null ? '' : `${reply.enhanced} `;
  const last = reply.lines.length - 1;
  let wire = '';
  for (let index = 0; index <= last; index++) {
    // oxlint-disable-next-line no-control-regex -- controls are what is taken out
    const text = (reply.lines[index] ?? '').slice(0, longestText).replace(/[\x00-\x1f\x7f]/g, ' ');
    wire += `${reply.code}${index === last ? ' ' : '-'}${prefix}${text}\r\n`;
  }
  return wire;
}

/** The reply in one line of words, for records a person reads: `550 5.1.1 No such user`. */
export function describeReply(reply: SmtpReply): string {
  return [String(reply.code), ...(reply.enhanced === null ? [] : [reply.enhanced]), reply.lines.join(' ')]
    .join(' ')
    .trim();
}
