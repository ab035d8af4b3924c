import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { readClientCertificate } from './client-certificate.ts';
import { ServerConnection } from './server-connection.ts';
import { resolveServerOptions } from './server-options.ts';
import type { SmtpServerHandlers, SmtpServerOptions, TlsCredentials } from './server-options.ts';
import * as say from './server-replies.ts';
import { tlsSuites } from './tls-suites.ts';

/** A running SMTP server (RFC 5321). */
export interface SmtpServer {
  /** Listens; port 0 takes a free one. Rejects when the address is taken or not ours. */
  listen(at: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ readonly host: string; readonly port: number }>;
  /** Open connections now. */
  readonly connections: number;
  /** A renewed certificate, for handshakes from now on. */
  setCertificate(credentials: TlsCredentials): void;
  /** Stops: no new connections, 421 to who is idle, open transactions may end for `drainMs` (default 5 s), then the rest is cut. */
  close(drainMs?: number): Promise<void>;
}

/** Creates a server; it answers only what `handlers` and the standards allow. Throws when the certificate is unusable. */
export function createSmtpServer(options: SmtpServerOptions, handlers: SmtpServerHandlers): SmtpServer {
  const resolved = resolveServerOptions(options);
  const { limits } = resolved;
  const connections = new Set<ServerConnection>();
  const perAddress = new Map<string, number>();
  const tls =
    options.tls === null
      ? null
      : new TlsAcceptor(
          options.tls,
          options.minVersion ?? 'TLSv1.2',
          limits.handshakeMs,
          options.clientCertificates !== undefined,
        );
  const authorities = options.clientCertificates?.trusted.map((pem) => new X509Certificate(pem)) ?? null;
  let stopping = false;
  let drained: (() => void) | null = null;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const address = addressGroup(socket.remoteAddress ?? '');
    const fromThere = (perAddress.get(address) ?? 0) + 1;
    perAddress.set(address, fromThere);
    const connection = new ServerConnection(
      {
        options: resolved,
        handlers,
        get stopping() {
          return stopping;
        },
        certificateOf: (secured) =>
          authorities === null ? null : readClientCertificate(secured, authorities),
        secure: (raw) => (tls === null ? Promise.reject(new Error('no certificate')) : tls.accept(raw)),
        ended(which) {
          connections.delete(which);
          const left = (perAddress.get(address) ?? 1) - 1;
          if (left > 0) perAddress.set(address, left);
          else perAddress.delete(address);
          if (connections.size === 0) drained?.();
        },
      },
      socket,
    );
    connections.add(connection);
    if (connections.size > limits.connections) connection.start(say.tooManyConnections);
    else connection.start(fromThere > limits.connectionsPerAddress ? say.tooManyFromYou : null);
  });
  // An error of the listener itself (out of descriptors) must not end the process.
  listener.on('error', (error) => handlers.onError?.(error, null));

  const everyMs = Math.max(10, Math.min(1000, limits.idleMs / 4, limits.handshakeMs / 4));
  const sweeper = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.sweep(now);
  }, everyMs).unref();

  return {
    listen: async ({ host, port }) => {
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen({ host, port, backlog: 1024 }, () => {
          listener.off('error', reject);
          resolve();
        });
      });
      const bound = listener.address() as AddressInfo;
      return { host: bound.address, port: bound.port };
    },
    get connections() {
      return connections.size;
    },
    setCertificate: (credentials) => tls?.setCertificate(credentials),
    close: async (drainMs = 5000) => {
      stopping = true;
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const connection of connections) connection.stop();
      if (connections.size > 0) {
        const cut = setTimeout(() => connections.forEach((connection) => connection.destroy()), drainMs);
        await new Promise<void>((resolve) => (drained = resolve));
        clearTimeout(cut);
      }
      clearInterval(sweeper);
      if (listener.listening || connections.size > 0) await closed;
    },
  };
}

/** Handshakes as the server. Node's own TLS server does them: it is fed sockets and never listens. */
class TlsAcceptor {
  readonly #server: TlsServer;
  readonly #settings: { minVersion: 'TLSv1.2' | 'TLSv1.3'; ciphers: string; honorCipherOrder: boolean };
  readonly #waiting = new Map<
    string,
    { resolve: (socket: TLSSocket) => void; reject: (error: Error) => void }
  >();

  constructor(
    credentials: TlsCredentials,
    minVersion: 'TLSv1.2' | 'TLSv1.3',
    handshakeMs: number,
    asksClient: boolean,
  ) {
    this.#settings = { minVersion, ciphers: tlsSuites, honorCipherOrder: true };
    this.#server = createTlsServer(
      {
        ...credentials,
        ...this.#settings,
        allowHalfOpen: true,
        handshakeTimeout: handshakeMs,
        requestCert: asksClient,
        rejectUnauthorized: false,
      },
      (socket) => this.#settle(socket)?.resolve(socket),
    );
    this.#server.on('tlsClientError', (error, socket) => {
      this.#settle(socket)?.reject(error);
      socket.destroy();
    });
  }

  setCertificate(credentials: TlsCredentials): void {
    this.#server.setSecureContext({ ...credentials, ...this.#settings });
  }

  accept(raw: Socket): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const key = peerOf(raw);
      this.#waiting.set(key, { resolve, reject });
      raw.once('close', () => this.#waiting.delete(key));
      this.#server.emit('connection', raw);
    });
  }

  #settle(
    socket: TLSSocket,
  ): { resolve: (socket: TLSSocket) => void; reject: (error: Error) => void } | undefined {
    const key = peerOf(socket);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}|${socket.localAddress}|${socket.localPort}`;
}

/** Whom a limit per address counts as one: an IPv4 address, an IPv6 /64. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  if (address.toLowerCase().startsWith('::ffff:')) return address.slice(7);
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = address.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  return groups.slice(0, 4).join(':');
}
