import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A policy service as Postfix asks them (SMTPD_POLICY_README): each new pair of sender and recipient is put
 * off once.
 */
export async function startGreylist(): Promise<AsyncDisposable & { readonly port: number }> {
  const seen = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let buffer = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      buffer += chunk.toString('utf8');
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const attributes = buffer.slice(0, end).split('\n');
        buffer = buffer.slice(end + 2);
        const value = (name: string) => attributes.find((line) => line.startsWith(`${name}=`)) ?? '';
        const pair = `${value('sender')} ${value('recipient')}`;
        socket.write(
          `action=${seen.has(pair) ? 'dunno' : 'defer_if_permit 4.2.0 Greylisted, try again later'}\n\n`,
        );
        seen.add(pair);
      }
    });
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
