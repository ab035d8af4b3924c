import { randomInt } from 'node:crypto';
import * as dnsPacket from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';

/** The record types this resolver can ask for. */
export type QueryType = 'MX' | 'A' | 'AAAA' | 'TXT' | 'CNAME' | 'PTR' | 'TLSA';

export interface Query {
  id: number;
  name: string;
  type: QueryType;
  packet: Buffer;
}

/** What came back, before it is read as records. */
export interface Response {
  rcode: number;
  truncated: boolean;
  authentic: boolean;
  answers: Answer[];
  authorities: Answer[];
}

export const rcodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchDomain: 3,
  notImplemented: 4,
  refused: 5,
};

/** DNS flag day 2020: fits any path without fragments. */
const udpPayloadSize = 1232;

/**
 * Builds one question. The AD bit in it asks for the AD bit in the answer without the
 * signatures themselves (RFC 6840 §5.7). Without `edns` for servers that cannot read it.
 */
export function buildQuery(name: string, type: QueryType, edns: boolean): Query {
  const id = randomInt(0x1_0000); // RFC 5452 §9.2: unpredictable
  const packet = dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
    questions: [{ type, name }],
    ...(edns && { additionals: [optRecord] }),
  });
  return { id, name, type, packet };
}

const optRecord: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/**
 * Reads a packet as the answer to `query`. Null when it is none: another id or question
 * (RFC 5452 §9.1), a query, or bytes that cannot be read.
 */
export function readResponse(query: Query, bytes: Buffer): Response | null {
  let packet: DecodedPacket;
  try {
    packet = dnsPacket.decode(bytes);
  } catch {
    return null;
  }
  const [question] = packet.questions ?? [];
  if (!packet.flag_qr || packet.id !== query.id) return null;
  const echoes = question?.type === query.type && question.name.toLowerCase() === query.name;
  const rcode = rcodeOf(bytes, packet);
  // A server that could not read the question may leave it out of its complaint.
  if (!echoes && !(question === undefined && rcode === rcodes.formatError)) return null;
  return {
    rcode,
    truncated: packet.flag_tc,
    authentic: packet.flag_ad,
    answers: packet.answers ?? [],
    authorities: packet.authorities ?? [],
  };
}

/** RFC 6891 §6.1.3: the upper eight bits are in the OPT record. */
function rcodeOf(bytes: Buffer, packet: DecodedPacket): number {
  const opt = packet.additionals?.find((record) => record.type === 'OPT');
  const low = bytes.readUInt8(3) & 0x0f;
  return opt === undefined ? low : (opt.extendedRcode << 4) | low;
}
