/** Reads the enhanced status code at the start of an SMTP reply's text (RFC 2034 §4), for example `5.1.1`. */
export function enhancedStatusOf(replyText: string): string | undefined {
  return /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(replyText)?.[1];
}

/**
 * The status to report for a reply: its own enhanced code if the class agrees with the reply code,
 * else the general one of that class (RFC 3463 §2: a reader must not be told 4 where the code said 5).
 */
export function statusForReply(code: number, replyText: string): string {
  const kind = Math.trunc(code / 100);
  const own = enhancedStatusOf(replyText);
  return own?.startsWith(`${kind}.`) === true ? own : `${kind}.0.0`;
}
