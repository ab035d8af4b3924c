import type { SecureVersion } from 'node:tls';
import type { Awaitable } from './awaitable.ts';
import type { SmtpReply } from './reply.ts';
import type { SmtpSession, SmtpSessionHandler } from './session.ts';

/** Key and certificate chain, PEM. */
export interface TlsCredentials {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export interface SmtpServerLimits {
  /** Octets of one message. Default 25 MiB. */
  readonly messageSize: number;
  /** Recipients of one transaction; more get 452 4.5.3. Default 1000; RFC 5321 §4.5.3.1.8 asks for at least 100. */
  readonly recipients: number;
  /** Octets of a command line. Default 2048; RFC 5321 §4.5.3.1.4 asks for 512 plus what extensions add. AUTH has 12288 (RFC 4954 §4). */
  readonly commandLine: number;
  /** Commands that make no sense before the connection ends with 421. Default 20. */
  readonly errors: number;
  /** Recipients refused for good before the connection ends with 421: somebody is guessing. Default 100. */
  readonly refusedRecipients: number;
  /** Failed AUTH attempts before the connection ends with 421. Default 3. */
  readonly authFailures: number;
  /** Open connections. Default 2000. */
  readonly connections: number;
  /** Open connections of one address (of one /64 for IPv6). Default 100. */
  readonly connectionsPerAddress: number;
  /** Wait for a whole command, or for any content. Default 5 min (RFC 5321 §4.5.3.2.7). */
  readonly idleMs: number;
  /** Wait for a TLS handshake. Default 30 s. */
  readonly handshakeMs: number;
  /** Content may take `slowContentMs` plus a second for each `slowContentRate` octets received. Default 5 min, 1024. */
  readonly slowContentMs: number;
  readonly slowContentRate: number;
}

export interface SmtpServerOptions {
  /** Our name in the greeting and in EHLO. */
  readonly hostname: string;
  /** Null: no TLS at all, for tests and loopback. */
  readonly tls: TlsCredentials | null;
  /** `implicit`: TLS from the first byte (RFC 8314 §3.3). `starttls`: offered (default when `tls` is given). */
  readonly tlsMode?: 'starttls' | 'implicit';
  /** Lowest TLS version. Default and least TLSv1.2. */
  readonly minVersion?: Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'>;
  /** Ask clients for a certificate; who has none is served all the same. `trusted`: PEM of authorities beside the public ones. Default: none is asked for. */
  readonly clientCertificates?: { readonly trusted: readonly string[] };
  /** MAIL only under TLS. Default false; a listener with `authentication: 'required'` has it by nature. */
  readonly requireTls?: boolean;
  /** `required`: MAIL only after AUTH (submission, RFC 6409 §4.3). `none` (default): AUTH is not offered. */
  readonly authentication?: 'required' | 'none';
  /** Offer and read the parameters of RFC 3461. Only where what follows keeps its promises. Default false. */
  readonly dsn?: boolean;
  /** Offer REQUIRETLS under TLS (RFC 8689). Only where what follows sends nothing on over less. Default false. */
  readonly requireTlsExtension?: boolean;
  readonly limits?: Partial<SmtpServerLimits>;
}

export interface SmtpServerHandlers {
  /** A new connection, before the greeting: its handler, or the reply (4xx, 5xx) that turns it away. */
  connect(session: SmtpSession): Awaitable<SmtpSessionHandler | SmtpReply>;
  /** A handler or sink failed, or the listener did (`session` null). For the log; the client has its answer. */
  onError?(error: unknown, session: SmtpSession | null): void;
  /** A handshake failed: on a public port mostly scanners and programs of old. */
  onTlsFailure?(error: unknown, session: SmtpSession): void;
}

/** Options with every default in place. */
export interface ResolvedServerOptions {
  readonly hostname: string;
  readonly tls: boolean;
  readonly implicitTls: boolean;
  readonly requireTls: boolean;
  readonly requireAuthentication: boolean;
  readonly dsn: boolean;
  readonly requireTlsExtension: boolean;
  readonly limits: SmtpServerLimits;
}

const minute = 60_000;

const defaultLimits: SmtpServerLimits = {
  messageSize: 25 * 1024 * 1024,
  recipients: 1000,
  commandLine: 2048,
  errors: 20,
  refusedRecipients: 100,
  authFailures: 3,
  connections: 2000,
  connectionsPerAddress: 100,
  idleMs: 5 * minute,
  handshakeMs: minute / 2,
  slowContentMs: 5 * minute,
  slowContentRate: 1024,
};

export function resolveServerOptions(options: SmtpServerOptions): ResolvedServerOptions {
  const requireAuthentication = options.authentication === 'required';
  return {
    hostname: options.hostname,
    tls: options.tls !== null,
    implicitTls: options.tls !== null && options.tlsMode === 'implicit',
    requireTls: options.requireTls === true || requireAuthentication,
    requireAuthentication,
    dsn: options.dsn === true,
    requireTlsExtension: options.requireTlsExtension === true,
    limits: { ...defaultLimits, ...options.limits },
  };
}
