import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '#platform/clock/clock.ts';
import type { LabAuthority } from '../authority/lab-authority.ts';
import type { LabInbox } from '../inbox/lab-inbox.ts';
import type { LabMessage } from '../inbox/lab-message.ts';
import type { LabServer } from './lab-domain.ts';
import { createManners, smtpError } from './manners.ts';
import { tlsOptionsFor } from './tls-options.ts';

export interface MailServerPorts {
  authority: LabAuthority;
  inbox: LabInbox;
  clock: Clock;
  /** How long a slow server waits before each answer, in milliseconds. */
  slowMs: number;
}

/** Starts one mail server of the lab. It is smtp-server from npm: a stranger to our engine. */
export async function startMailServer(
  server: LabServer,
  at: { address: string; port: number },
  ports: MailServerPorts,
): Promise<AsyncDisposable> {
  const sockets = new Map<number, Socket>(); // by the client's port
  const smtp = new SMTPServer({
    ...(await tlsOptionsFor(server, ports.authority)),
    name: server.host,
    banner: 'carepost lab',
    size: 60 * 1024 * 1024,
    authOptional: true,
    disabledCommands: server.tls === 'none' ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    disableReverseLookup: true,
    closeTimeout: 100,
    ...conversation(server, ports, (session) => sockets.get(session.remotePort)?.destroy()),
  });
  smtp.on('error', () => {}); // a client that hung up, or did not like our certificate: its right
  smtp.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.on('close', () => sockets.delete(remotePort));
  });
  await once(smtp.listen(at.port, at.address), 'listening');
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => smtp.close(done));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

type Conversation = Pick<
  SMTPServerOptions,
  'onConnect' | 'onMailFrom' | 'onSecure' | 'onRcptTo' | 'onData' | 'onClose'
>;

function conversation(
  server: LabServer,
  ports: MailServerPorts,
  hangUp: (session: SMTPServerSession) => void,
): Conversation {
  const manners = createManners(server);
  const tlsOf = new Map<string, LabMessage['tls']>(); // by session
  const unhurried = (answer: () => void) =>
    void (server.manner === 'is-slow' ? delay(ports.slowMs).then(answer) : answer());

  return {
    onConnect: (_session, answer) =>
      unhurried(() => answer(server.manner === 'turns-away' ? smtpError(421, 'too busy', '4.7.0') : null)),
    onMailFrom: (_address, _session, answer) => unhurried(() => answer()),
    onRcptTo: (to, session, answer) =>
      unhurried(() => answer(manners.refusalOf(senderOf(session), to.address))),
    onSecure(socket, session, answer) {
      if (socket instanceof TLSSocket) {
        tlsOf.set(session.id, {
          version: socket.getProtocol() ?? 'unknown',
          cipher: socket.getCipher().standardName,
        });
      }
      answer();
    },
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        unhurried(() => receive(Buffer.concat(chunks), session, stream.sizeExceeded, answer)),
      );
    },
    onClose(session, answer) {
      tlsOf.delete(session.id);
      answer();
    },
  };

  function receive(
    raw: Buffer,
    session: SMTPServerSession,
    tooLarge: boolean,
    answer: (error?: Error | null, text?: string) => void,
  ): void {
    const to = session.envelope.rcptTo.map((recipient) => recipient.address);
    const fate = manners.fateOf(to, raw);
    if (tooLarge) return answer(smtpError(552, 'message too large', '5.3.4'));
    if (fate.kind === 'refuse') return answer(fate.error);
    if (fate.kind === 'hang-up' && fate.storing === 'before') return hangUp(session);
    ports.inbox.keep({
      host: server.host,
      receivedAt: ports.clock.now(),
      envelope: { from: senderOf(session), to },
      tls: tlsOf.get(session.id) ?? null,
      client: session.hostNameAppearsAs,
      raw,
    });
    if (fate.kind === 'hang-up') return hangUp(session);
    answer(null, '2.0.0 kept');
  }
}

function senderOf(session: SMTPServerSession): string {
  return session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
}
