import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** Where the daemon listens: a unix socket, or a host and port. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export type ScanVerdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected'; readonly signature: string }
  | { readonly kind: 'failed'; readonly because: string }; // nobody knows; in words for the log

/** One message on its way to the daemon. Nothing here throws or rejects. */
export interface Scan {
  /** The chunk is not changed, and must not be by the caller. When it answers a promise, wait for it. */
  write(chunk: Buffer): void | Promise<void>;
  /** All is written: what the daemon says. */
  finish(): Promise<ScanVerdict>;
  /** Gives up; closes the connection. */
  abort(): void;
}

export interface ScanOptions {
  /** Longest wait for anything from the daemon, milliseconds. Default 60 s. */
  readonly timeoutMs?: number;
}

/** Octets that wait for the daemon before the writer does. */
const mostWaiting = 256 * 1024;
/** An answer is one short line. */
const longestAnswer = 4096;

export function openScan(address: ClamdAddress, { timeoutMs = 60_000 }: ScanOptions = {}): Scan {
  const options: NetConnectOpts = address;
  const socket = connect(options);
  const answer = Promise.withResolvers<ScanVerdict>();
  let text = '';
  let wake: (() => void) | null = null;
  let isOver = false;

  function end(verdict: ScanVerdict): void {
    if (isOver) return;
    isOver = true;
    answer.resolve(verdict);
    socket.destroy();
    wake?.();
  }

  socket.setTimeout(timeoutMs, () => end({ kind: 'failed', because: 'clamd did not answer in time' }));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    end({ kind: 'failed', because: `clamd could not be used: ${error.code ?? 'connection failed'}` }),
  );
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const stop = text.indexOf('\0');
    if (stop >= 0) end(readVerdict(text.slice(0, stop)));
    else if (text.length > longestAnswer) end({ kind: 'failed', because: 'clamd answered too much' });
  });
  socket.on('close', () => end({ kind: 'failed', because: 'clamd hung up' }));
  socket.on('drain', () => wake?.());
  socket.write('zINSTREAM\0');

  return {
    write(chunk) {
      if (isOver || chunk.length === 0) return;
      writeChunk(socket, chunk);
      if (socket.writableLength < mostWaiting) return;
      return new Promise<void>((resolve) => {
        wake = () => {
          wake = null;
          resolve();
        };
      });
    },
    finish() {
      if (!isOver) socket.write(endOfStream);
      return answer.promise;
    },
    abort: () => end({ kind: 'failed', because: 'given up' }),
  };
}

const endOfStream = Buffer.alloc(4);

/** `<length in four octets, network order><data>` (clamd(8), INSTREAM). */
function writeChunk(socket: Socket, chunk: Buffer): void {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(chunk.length);
  socket.cork();
  socket.write(length);
  socket.write(chunk);
  socket.uncork();
}

function readVerdict(line: string): ScanVerdict {
  if (line === 'stream: OK') return { kind: 'clean' };
  const found = /^stream: ([\x21-\x7e]{1,200}) FOUND$/.exec(line);
  if (found?.[1] !== undefined) return { kind: 'infected', signature: found[1] };
  if (line.includes('size limit exceeded'))
    return {
      kind: 'failed',
      because: 'the message is larger than StreamMaxLength of clamd.conf, which must be at least 100M',
    };
  return { kind: 'failed', because: `clamd answered: ${line.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}` };
}
