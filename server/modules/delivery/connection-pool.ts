import {
  openSmtpConnection,
  type ClientTls,
  type OpenOutcome,
  type SmtpConnection,
  type SmtpTimeouts,
} from '#protocols/smtp/index.ts';

/** A server to be reached, and how. */
export interface Peer {
  readonly host: string;
  /** For SNI; the certificate is looked at under this name. */
  readonly tlsName?: string;
  readonly address: string;
  readonly tls: ClientTls['use'];
  /** What the connection is for; one that was opened for another protection is never reused. */
  readonly protection: string;
}

export interface PoolOptions {
  readonly port: number;
  /** Our name in EHLO. */
  readonly localName: string;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  readonly timeouts: Partial<SmtpTimeouts>;
}

export interface ConnectionPool {
  /** A connection that has rested here, proven alive, or a new one. Never rejects. */
  take(peer: Peer, signal: AbortSignal): Promise<OpenOutcome & { reused: boolean }>;
  /** Keeps it for the next message, if it can still be used. */
  giveBack(peer: Peer, connection: SmtpConnection): void;
  close(): Promise<void>;
}

/** How long a connection rests before it is ended: less than the five minutes that servers must wait (RFC 5321 §4.5.3.2.7). */
const restMs = 30_000;
/** Rested longer than this, it is asked whether it is still there. */
const askAfterMs = 5_000;
const restingEach = 3;

interface Resting {
  readonly connection: SmtpConnection;
  readonly since: number;
  readonly timer: NodeJS.Timeout;
}

export function createConnectionPool({ port, localName, trusted, timeouts }: PoolOptions): ConnectionPool {
  const resting = new Map<string, Resting[]>();
  const keyOf = ({ host, tlsName = host, address, tls, protection }: Peer): string =>
    [host, tlsName, address, tls, protection].join(' ');

  function remove(key: string, entry: Resting): void {
    clearTimeout(entry.timer);
    const rest = (resting.get(key) ?? []).filter((each) => each !== entry);
    if (rest.length === 0) resting.delete(key);
    else resting.set(key, rest);
  }

  async function takeResting(key: string): Promise<SmtpConnection | undefined> {
    for (;;) {
      const entry = resting.get(key)?.at(-1);
      if (entry === undefined) return undefined;
      remove(key, entry);
      const { connection, since } = entry;
      if (connection.usable && (performance.now() - since < askAfterMs || (await connection.alive())))
        return connection;
      connection.destroy();
    }
  }

  return {
    async take(peer, signal) {
      const rested = await takeResting(keyOf(peer));
      if (rested !== undefined) return { ok: true, connection: rested, reused: true };
      const opened = await openSmtpConnection({
        host: peer.tlsName ?? peer.host,
        address: peer.address,
        port,
        localName,
        tls: { use: peer.tls, trusted },
        timeouts,
        signal,
      });
      return { ...opened, reused: false };
    },
    giveBack(peer, connection) {
      const key = keyOf(peer);
      const others = resting.get(key) ?? [];
      if (!connection.usable) return connection.destroy();
      if (others.length >= restingEach) return void connection.quit();
      const entry: Resting = {
        connection,
        since: performance.now(),
        timer: setTimeout(() => {
          remove(key, entry);
          void connection.quit();
        }, restMs).unref(),
      };
      resting.set(key, [...others, entry]);
    },
    async close() {
      const all = [...resting].flatMap(([key, entries]) => entries.map((entry) => ({ key, entry })));
      await Promise.all(
        all.map(({ key, entry }) => {
          remove(key, entry);
          return entry.connection.quit();
        }),
      );
    },
  };
}
