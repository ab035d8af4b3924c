import { createHash, sign, type KeyObject } from 'node:crypto';
import { parseHeaderSection, type HeaderProblem, type HeaderSection } from '#protocols/mime/index.ts';
import { BodyHash } from './body-hash.ts';
import { canonicalizeField, canonicalizeOwnField } from './canonicalize-field.ts';
import { selectFields } from './select-fields.ts';
import type { SignatureAlgorithm } from './signature.ts';

/** A private key, and where its public half is published. */
export interface SigningKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
}

export type Signing =
  | { readonly ok: true; readonly fields: Buffer } // DKIM-Signature fields, to be put before the message
  | { readonly ok: false; readonly problem: HeaderProblem | 'no-from' };

/** What readers see and go by. Signed once more than it occurs: nobody can add another without breaking the signature (RFC 6376 §8.15). */
export const mainFields: readonly string[] = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
];

/** Signed as often as they occur (RFC 6376 §5.4.1; RFC 8058 §4 for the last two). */
const signedWhenPresent = [
  'content-transfer-encoding',
  'auto-submitted',
  'feedback-id',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
];

/** Bytes of a body that are hashed before others get their turn. */
const sliceBytes = 256 * 1024;

/**
 * Signs a message with several keys in one pass (RFC 6376 §5, RFC 8463): the body is hashed once, the header made
 * canonical once, relaxed both; the keys work side by side in the thread pool. No `l=`, no `x=`. Each byte of
 * `message` stays as it is.
 */
export async function signMessage(message: Buffer, keys: readonly SigningKey[], now: Date): Promise<Signing> {
  const parsed = parseHeaderSection(message);
  if (!parsed.ok) return parsed;
  const { section } = parsed;
  if (!section.fields.some(({ key }) => key === 'from')) return { ok: false, problem: 'no-from' };
  const bodyHash = await hashBody(message.subarray(section.bodyStart));
  const names = namesToSign(section);
  const canonical = selectFields(section.fields, names)
    .map(({ start, end }) => canonicalizeField(message.toString('latin1', start, end), 'relaxed'))
    .join('');
  const signed = await Promise.all(
    keys.map(async (key) => {
      const unsigned = fieldOf(key, names, bodyHash, now);
      const data = Buffer.from(canonical + canonicalizeOwnField(unsigned, 'relaxed'), 'latin1');
      const signature = await signBytes(key, data);
      return `${unsigned}${fold(signature.toString('base64'))}\r\n`;
    }),
  );
  return { ok: true, fields: Buffer.from(signed.join(''), 'latin1') };
}

function namesToSign({ fields }: HeaderSection): string[] {
  const counts = new Map<string, number>();
  for (const { key } of fields) counts.set(key, (counts.get(key) ?? 0) + 1);
  const names: string[] = [];
  const push = (name: string, often: number) => {
    for (let n = 0; n < often; n++) names.push(name);
  };
  for (const name of mainFields) push(name, (counts.get(name) ?? 0) + 1);
  for (const name of signedWhenPresent) push(name, counts.get(name) ?? 0);
  return names;
}

/** With an empty `b=`, which is the last tag. */
function fieldOf(
  { domain, selector, algorithm }: SigningKey,
  names: readonly string[],
  bodyHash: string,
  now: Date,
): string {
  const time = Math.floor(now.getTime() / 1000);
  const lines = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed; q=dns/txt;`,
    `d=${domain}; s=${selector}; t=${time};`,
    ...foldNames(names),
    `bh=${bodyHash};`,
    'b=',
  ];
  return lines.join('\r\n\t');
}

/** `h=` in lines of less than 78 characters. */
function foldNames(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = 'h=';
  names.forEach((name, index) => {
    const last = index === names.length - 1;
    const next = `${name}${last ? ';' : ':'}`;
    if (line.length + next.length > 74) {
      lines.push(line);
      line = '';
    }
    line += next;
  });
  return [...lines, line];
}

/** In lines of 70 characters. */
function fold(base64: string): string {
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += 70) lines.push(base64.slice(at, at + 70));
  return lines.join('\r\n\t');
}

/** SHA-256 of a body in relaxed form (RFC 6376 §3.4.4), base64; others get their turn in between. */
export async function hashBody(body: Buffer): Promise<string> {
  const hash = new BodyHash('relaxed');
  for (let at = 0; at < body.length; at += sliceBytes) {
    if (at > 0) await new Promise(setImmediate);
    hash.write(body.subarray(at, at + sliceBytes));
  }
  return hash.finish().digest.toString('base64');
}

/** In the thread pool; Ed25519 signs the SHA-256 of what RSA signs (RFC 8463 §3). */
function signBytes({ algorithm, key }: SigningKey, data: Buffer): Promise<Buffer> {
  const isRsa = algorithm === 'rsa-sha256';
  const signed = isRsa ? data : createHash('sha256').update(data).digest();
  return new Promise((resolve, reject) => {
    sign(isRsa ? 'sha256' : null, signed, key, (error, signature) =>
      error === null ? resolve(signature) : reject(error),
    );
  });
}
