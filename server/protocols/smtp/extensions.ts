import type { SmtpReply } from './reply.ts';

/** What a server offers in its answer to EHLO. After HELO everything is off. */
export interface SmtpExtensions {
  readonly pipelining: boolean;
  readonly startTls: boolean;
  /** Null: SIZE is not offered. 0: offered without a limit (RFC 1870 §4). */
  readonly size: number | null;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  readonly chunking: boolean;
  readonly requireTls: boolean;
  /** Mechanisms of AUTH. */
  readonly auth: readonly string[];
}

/** `reply`: the answer to EHLO, or null where only HELO was understood. */
export function readExtensions(reply: SmtpReply | null): SmtpExtensions {
  const offered = new Map<string, string[]>();
  for (const line of reply?.lines.slice(1) ?? []) {
    const [keyword = '', ...values] = line.trim().toUpperCase().split(/\s+/);
    offered.set(keyword, values);
  }
  const size = offered.get('SIZE');
  return {
    pipelining: offered.has('PIPELINING'),
    startTls: offered.has('STARTTLS'),
    size: size === undefined ? null : /^[0-9]{1,15}$/.test(size[0] ?? '') ? Number(size[0]) : 0,
    eightBitMime: offered.has('8BITMIME'),
    smtpUtf8: offered.has('SMTPUTF8'),
    dsn: offered.has('DSN'),
    chunking: offered.has('CHUNKING'),
    requireTls: offered.has('REQUIRETLS'),
    auth: offered.get('AUTH') ?? [],
  };
}
