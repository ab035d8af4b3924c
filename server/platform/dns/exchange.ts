import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { TemporaryReason } from './answer.ts';
import { readResponse, type Query, type Response } from './query.ts';
import type { DnsServer } from './servers.ts';

export type Exchange =
  | { kind: 'response'; response: Response }
  | { kind: 'failed'; because: TemporaryReason };

/** Sends one question to one server by UDP, and by TCP if the answer did not fit (RFC 7766 §5). */
export async function exchange(server: DnsServer, query: Query, timeoutMs: number): Promise<Exchange> {
  const answer = await exchangeByUdp(server, query, timeoutMs);
  return answer.kind === 'response' && answer.response.truncated
    ? await exchangeByTcp(server, query, timeoutMs)
    : answer;
}

/**
 * A fresh, connected socket for each question: the kernel picks a random port and drops
 * packets of other senders. Packets that do not answer the question are waited past:
 * a forger must not be able to end the wait.
 */
function exchangeByUdp(server: DnsServer, query: Query, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const end = (result: Exchange) => {
      clearTimeout(timer);
      socket
        .removeAllListeners()
        .once('error', () => {})
        .close();
      resolve(result);
    };
    const timer = setTimeout(() => end({ kind: 'failed', because: 'timeout' }), timeoutMs);
    socket.once('error', () => end({ kind: 'failed', because: 'unreachable' }));
    socket.on('message', (bytes) => {
      const response = readResponse(query, bytes);
      if (response !== null) end({ kind: 'response', response });
    });
    socket.connect(server.port, server.address, () => socket.send(query.packet));
  });
}

function exchangeByTcp(server: DnsServer, query: Query, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.packet.length);
    const socket = connect(server.port, server.address, () =>
      socket.end(Buffer.concat([length, query.packet])),
    );
    const end = (result: Exchange) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end({ kind: 'failed', because: 'timeout' }), timeoutMs);
    socket.once('error', () => end({ kind: 'failed', because: 'unreachable' }));
    socket.once('end', () => end({ kind: 'failed', because: 'malformed-answer' }));
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const response = readResponse(query, received.subarray(2, 2 + received.readUInt16BE(0)));
      const bad = response === null || response.truncated;
      end(bad ? { kind: 'failed', because: 'malformed-answer' } : { kind: 'response', response });
    });
  });
}
