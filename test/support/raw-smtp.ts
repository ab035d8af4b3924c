import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface RawSmtpOptions {
  readonly localAddress?: string;
  /** PEM; shown to the server that asks. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}

/** The bare wire to an SMTP server: any bytes out, whole replies in. */
export class RawSmtp {
  #socket: Socket;
  #buffer = '';
  #ended = false;
  #wake: (() => void) | null = null;

  readonly #options: RawSmtpOptions;

  private constructor(socket: Socket, options: RawSmtpOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#attach(socket);
  }

  static async open(port: number, tls = false, options: RawSmtpOptions = {}): Promise<RawSmtp> {
    const socket = tls
      ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options.certificate })
      : connect({ host: '127.0.0.1', port, ...options });
    const raw = new RawSmtp(socket, options);
    await once(socket, tls ? 'secureConnect' : 'connect');
    return raw;
  }

  #attach(socket: Socket): void {
    socket.setNoDelay(true);
    const wake = (): void => this.#wake?.();
    socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1');
      wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      wake();
    });
  }

  send(data: string | Buffer): void {
    this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'utf8') : data);
  }

  /** Sends in pieces of `size` bytes, each of which arrives by itself. */
  async sendInChunks(data: Buffer, size: number): Promise<void> {
    for (let at = 0; at < data.length; at += size) {
      this.#socket.write(data.subarray(at, at + size));
      if (size < 16)
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
    }
  }

  /** The next reply, lines joined by `\n`; '' when the server has closed. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:[0-9]{3}-[^\n]*\n)*[0-9]{3}(?: [^\n]*)?\n/.exec(this.#buffer);
      if (match !== null) {
        this.#buffer = this.#buffer.slice(match[0].length);
        return match[0].replaceAll('\r', '').trimEnd();
      }
      if (this.#ended) return '';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends one command line and waits for its reply. */
  async ask(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** Greeting and EHLO. */
  async hello(): Promise<string> {
    await this.reply();
    return this.ask('EHLO client.test');
  }

  async startTls(): Promise<TLSSocket> {
    const plain = this.#socket;
    plain.removeAllListeners();
    const secure = connectTls({
      socket: plain,
      rejectUnauthorized: false,
      ...this.#options.certificate,
    });
    this.#socket = secure;
    this.#attach(secure);
    await once(secure, 'secureConnect');
    return secure;
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** A server that says what it is told to: `talk` gets the socket and a reader of lines. For what no decent server does. */
export async function scriptedServer(talk: (socket: Socket, line: () => Promise<string>) => Promise<void>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let buffer = '';
    let wake: (() => void) | null = null;
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      wake?.();
    });
    socket.on('error', () => undefined);
    const line = async (): Promise<string> => {
      for (;;) {
        const end = buffer.indexOf('\r\n');
        if (end >= 0) {
          const text = buffer.slice(0, end);
          buffer = buffer.slice(end + 2);
          return text;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    void talk(socket, line);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
