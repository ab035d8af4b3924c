import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import * as dnsPacket from 'dns-packet';
import type { DecodedPacket, Packet } from 'dns-packet';
import { answerQuestion, type LabAnswer } from './answer-question.ts';
import type { Zone } from './zone.ts';

/** The lab's own DNS: authoritative for its zones, NXDOMAIN for the rest of the world. */
export interface LabDnsServer extends AsyncDisposable {
  address: string;
  port: number;
  /** `address:port`, as `CAREPOST_DNS` takes it. */
  server: string;
  /** Adds a zone, or puts another in its place. */
  setZone(zone: Zone): void;
  removeZone(name: string): void;
  /** Questions answered so far, by transport: shows whether a cache works. */
  asked: { udp: number; tcp: number };
}

/** Listens by UDP and TCP on the same port. Port 0 takes any. */
export async function startDnsServer(options: {
  address: string;
  port: number;
  zones: readonly Zone[];
}): Promise<LabDnsServer> {
  const zones = new Map(options.zones.map((zone) => [zone.name, zone]));
  const asked = { udp: 0, tcp: 0 };
  const answer = (bytes: Buffer, transport: 'udp' | 'tcp') => {
    asked[transport]++;
    return answerPacket([...zones.values()], bytes, transport);
  };

  const { udp, tcp, port } = await listenOnBoth(options.address, options.port);
  udp.on('message', (bytes, peer) => {
    const reply = answer(bytes, 'udp');
    if (reply !== null) udp.send(reply, peer.port, peer.address);
  });
  const connections = new Set<Socket>();
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => socket.destroy());
    serveConnection(socket, (bytes) => answer(bytes, 'tcp'));
  });

  return {
    address: options.address,
    port,
    server: `${options.address}:${port}`,
    setZone: (zone) => void zones.set(zone.name, zone),
    removeZone: (name) => void zones.delete(name),
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(done)),
        new Promise((done) => tcp.close(done)),
      ]);
    },
  };
}

async function listenOnBoth(
  address: string,
  wanted: number,
): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket('udp4');
    udp.bind(wanted, address);
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = createServer({ allowHalfOpen: true });
    tcp.listen(port, address);
    try {
      await once(tcp, 'listening');
      return { udp, tcp, port };
    } catch (cause) {
      udp.close();
      if (wanted !== 0 || attempt === 10) throw cause; // any free port will do: take another
    }
  }
}

function serveConnection(socket: Socket, answer: (bytes: Buffer) => Buffer | null): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const reply = answer(pending.subarray(2, end));
      pending = pending.subarray(end);
      if (reply === null) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
  });
  socket.on('end', () => socket.end());
}

/** Null: no reply, because the bytes are no question or the zone is to be silent. */
function answerPacket(zones: readonly Zone[], bytes: Buffer, transport: 'udp' | 'tcp'): Buffer | null {
  let query: DecodedPacket;
  try {
    query = dnsPacket.decode(bytes);
  } catch {
    return null;
  }
  const [question] = query.questions ?? [];
  if (query.flag_qr || question === undefined) return null;
  const answer = answerQuestion(zones, question);
  if (answer === null) return null;
  const whole = encodeReply(query, answer, 0);
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  const limit = opt === undefined ? 512 : Math.max(512, opt.udpPayloadSize);
  if (transport === 'tcp' || whole.length <= limit) return whole;
  return encodeReply(query, { ...answer, answers: [], authorities: [] }, dnsPacket.TRUNCATED_RESPONSE);
}

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

function encodeReply(query: DecodedPacket, answer: LabAnswer, flags: number): Buffer {
  const authentic = answer.authentic ? dnsPacket.AUTHENTIC_DATA : 0;
  const packet: Packet = {
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    flags:
      dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | authentic | flags | rcodes[answer.rcode],
    questions: query.questions ?? [],
    answers: answer.answers,
    authorities: answer.authorities,
  };
  return dnsPacket.encode(packet);
}
