import type { LabServer } from './lab-domain.ts';
import { readSentinel } from './sentinel.ts';

/** How one server of the lab treats mail: its manner, with the sentinels on top. */
export interface Manners {
  /** What to answer to RCPT; null accepts. */
  refusalOf(sender: string, recipient: string): Error | null;
  /** What to do with a message once its last byte is there. */
  fateOf(recipients: readonly string[], raw: Buffer): Fate;
}

export type Fate =
  | { kind: 'keep' }
  | { kind: 'refuse'; error: Error }
  | { kind: 'hang-up'; storing: 'before' | 'after' };

/** What it has seen is remembered until the server stops. */
export function createManners(server: LabServer): Manners {
  const seen = new Set<string>();
  const isFirst = (what: string) => seen.size !== seen.add(what).size;
  return {
    refusalOf(sender, recipient) {
      const sentinel = readSentinel(recipient);
      if (sentinel?.kind === 'refuse-recipient')
        return smtpError(sentinel.code, 'refused, as the address asks for');
      if (server.manner === 'refuses-recipients') return smtpError(550, 'no such user here', '5.1.1');
      const greylisted = server.manner === 'greylists' && isFirst(`${sender} ${recipient}`);
      return greylisted ? smtpError(451, 'greylisted, try again later', '4.7.1') : null;
    },
    fateOf(recipients, raw) {
      for (const sentinel of recipients.map(readSentinel)) {
        if (sentinel?.kind === 'refuse-message') {
          return {
            kind: 'refuse',
            error: smtpError(sentinel.code, 'message refused, as the address asks for'),
          };
        }
        if (sentinel?.kind === 'hang-up') {
          return sentinel.always || isFirst(messageIdOf(raw))
            ? { kind: 'hang-up', storing: sentinel.storing }
            : { kind: 'keep' };
        }
      }
      const hangsUp = server.manner === 'disconnects' && isFirst(messageIdOf(raw));
      return hangsUp ? { kind: 'hang-up', storing: 'before' } : { kind: 'keep' };
    },
  };
}

/** Retries of a message keep its Message-ID. */
function messageIdOf(raw: Buffer): string {
  const head = raw.subarray(0, 64 * 1024).toString('latin1');
  return /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? head;
}

/** As smtp-server takes it: the code apart, the enhanced status (RFC 3463) in the text. */
export function smtpError(code: number, text: string, status = `${Math.floor(code / 100)}.0.0`): Error {
  return Object.assign(new Error(`${status} ${text}`), { responseCode: code });
}
