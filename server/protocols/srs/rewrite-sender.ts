import type { KeyObject } from 'node:crypto';
import { domainOf } from '#protocols/mime/index.ts';
import { srsDay, srsHash } from './srs-hash.ts';

export interface SrsOptions {
  /** Of the forwarding domain, which bounces come back to. */
  readonly domain: string;
  /** Secret. */
  readonly key: KeyObject;
  readonly now: Date;
}

/** RFC 5321 §4.5.3.1.3: 256 with its brackets. */
const longestPath = 254;
const localPart = /^[^\s"\\(),:;<>@[\]\p{Cc}]+$/u;

/**
 * The envelope sender of what is forwarded: in our domain, and leading back. '' stays ''. Null where the sender cannot
 * be put into such an address (a quoted local part, an address literal, too long): then reports cannot come back.
 * The local part may be longer than the 64 octets that RFC 5321 §4.5.3.1.1 asks servers to take.
 */
export function rewriteSender(sender: string, { domain, key, now }: SrsOptions): string | null {
  if (sender === '') return '';
  const from = domainOf(sender);
  const local = sender.slice(0, sender.lastIndexOf('@'));
  if (from === null || from.startsWith('[') || !localPart.test(local)) return null;
  const said = before(local, from) ?? `${srsDay(now)}=${from}=${local}`;
  const kind = typeof said === 'string' ? 'SRS0' : 'SRS1';
  const text = typeof said === 'string' ? said : `${said.first}=${said.rest}`;
  const address = `${kind}=${srsHash(key, kind, domain, text)}=${text}@${domain}`;
  return Buffer.byteLength(address) <= longestPath ? address : null;
}

/** What a forwarder before us wrote: who was first, and what that one has to get back. */
function before(local: string, from: string): { first: string; rest: string } | null {
  const [, zero] = /^SRS0([=+-].+)$/i.exec(local) ?? [];
  if (zero !== undefined) return { first: from, rest: zero };
  const [, first, rest] = /^SRS1[=+-][^=]+=([^=@]+)=([=+-].+)$/i.exec(local) ?? [];
  return first === undefined || rest === undefined ? null : { first, rest };
}
