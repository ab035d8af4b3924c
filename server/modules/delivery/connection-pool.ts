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
  /** Absent: that of all mail servers. */
  readonly port?: number | undefined;
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
  /** A connection to this address rests here. */
  isOpen(address: string): boolean;
  /** The address did not answer when it was last dialled, a short while ago. */
  failedLately(address: string): boolean;
  close(): Promise<void>;
}

/** How long a connection rests before it is ended: less than the five minutes that servers must wait (RFC 5321 §4.5.3.2.7). */
const restMs = 30_000;
/** Rested longer than this, it is asked whether it is still there. */
const askAfterMs = 5_000;
const restingEach = 20;
/** Of all servers: where one machine serves many names, it sees no more of us than these and what is in use. */
const restingInAll = 200;
/** Messages over one connection, and its age: servers count, and what has changed about a server must be seen. */
const mostMessages = 200;
const longestUseMs = 300_000;
/** How long an address that did not answer is asked after the others. */
const avoidedMs = 60_000;
const mostAvoided = 10_000;

interface Use {
  readonly since: number;
  messages: number;
}

interface Resting {
  readonly key: string;
  readonly address: string;
  readonly connection: SmtpConnection;
  readonly since: number;
  readonly timer: NodeJS.Timeout;
}

export function createConnectionPool({ port, localName, trusted, timeouts }: PoolOptions): ConnectionPool {
  const resting = new Map<string, Resting[]>();
  /** The same, the longest rested first. */
  const byAge = new Set<Resting>();
  const openTo = new Map<string, number>();
  const avoided = new Map<string, number>();
  const uses = new WeakMap<SmtpConnection, Use>();
  const keyOf = ({ host, tlsName = host, address, port: own, tls, protection }: Peer): string =>
    [host, tlsName, address, own ?? port, tls, protection].join(' ');

  function remove(entry: Resting): void {
    const { key } = entry;
    clearTimeout(entry.timer);
    byAge.delete(entry);
    const others = (openTo.get(entry.address) ?? 1) - 1;
    if (others === 0) openTo.delete(entry.address);
    else openTo.set(entry.address, others);
    const rest = (resting.get(key) ?? []).filter((each) => each !== entry);
    if (rest.length === 0) resting.delete(key);
    else resting.set(key, rest);
  }

  function end(entry: Resting): Promise<void> {
    remove(entry);
    return entry.connection.quit();
  }

  function avoid(address: string): void {
    if (avoided.size >= mostAvoided) avoided.clear();
    avoided.set(address, performance.now() + avoidedMs);
  }

  async function takeResting(key: string): Promise<SmtpConnection | undefined> {
    for (;;) {
      const entry = resting.get(key)?.at(-1);
      if (entry === undefined) return undefined;
      remove(entry);
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
        port: peer.port ?? port,
        localName,
        tls: { use: peer.tls, trusted },
        timeouts,
        signal,
      });
      if (opened.ok) avoided.delete(peer.address);
      else if (opened.failure.phase === 'connect' && !signal.aborted) avoid(peer.address);
      if (opened.ok) uses.set(opened.connection, { since: performance.now(), messages: 0 });
      return { ...opened, reused: false };
    },
    giveBack(peer, connection) {
      const key = keyOf(peer);
      const others = resting.get(key) ?? [];
      const use = uses.get(connection) ?? { since: performance.now(), messages: 0 };
      use.messages += 1;
      uses.set(connection, use);
      if (!connection.usable) return connection.destroy();
      if (use.messages >= mostMessages || performance.now() - use.since > longestUseMs)
        return void connection.quit();
      if (others.length >= restingEach) return void connection.quit();
      const entry: Resting = {
        key,
        address: peer.address,
        connection,
        since: performance.now(),
        timer: setTimeout(() => void end(entry), restMs).unref(),
      };
      resting.set(key, [...others, entry]);
      byAge.add(entry);
      openTo.set(peer.address, (openTo.get(peer.address) ?? 0) + 1);
      const [oldest] = byAge.size > restingInAll ? byAge : [];
      if (oldest !== undefined) void end(oldest);
    },
    isOpen: (address) => openTo.has(address),
    failedLately: (address) => (avoided.get(address) ?? 0) > performance.now(),
    async close() {
      await Promise.all([...byAge].map(end));
    },
  };
}
