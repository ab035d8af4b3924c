import { isAscii } from 'node:buffer';
import { sealMessage, type ChainStatus } from '#protocols/arc/index.ts';
import { claimsToBe, readAuthenticationResults } from '#protocols/authentication-results/index.ts';
import { hashBody, mainFields, type SigningKey } from '#protocols/dkim/index.ts';
import { parseHeaderSection, type HeaderSection } from '#protocols/mime/index.ts';

/** What a server further on may have changed where nobody meant harm is left out: Received, Return-Path, results. */
const sealed = [
  ...mainFields,
  'content-transfer-encoding',
  'dkim-signature', // RFC 8617 §4.1.2: it should be covered
];

/**
 * A received message with what this server found out about it sealed on top (RFC 8617 §5.1): whoever trusts us can
 * believe it, whatever forwarding broke. As it was where there is nothing of ours to seal, or the chain takes no more.
 * The keys work in the thread pool.
 */
export async function sealMail(
  message: Buffer,
  { keys, hostname, now }: { keys: readonly SigningKey[]; hostname: string; now: Date },
): Promise<Buffer> {
  // Verifiers of ARC know RSA; few know Ed25519.
  const signer = keys.find(({ algorithm }) => algorithm === 'rsa-sha256') ?? keys[0];
  const parsed = parseHeaderSection(message);
  if (signer === undefined || !parsed.ok) return message;
  const { section } = parsed;
  const found = ownResults(section, hostname);
  if (found === null) return message;
  const bodyHash = Buffer.from(await hashBody(message.subarray(section.bodyStart)), 'base64');
  const done = await sealMessage(
    { raw: message.subarray(0, section.bodyStart), section },
    { ...signer, ...found, bodyHash, fields: namesIn(section), now },
  );
  return done.ok ? Buffer.concat([Buffer.from(done.fields.join(''), 'latin1'), message]) : message;
}

/** Our own field on top: forged ones were taken out when the message came. */
function ownResults(
  { fields }: HeaderSection,
  hostname: string,
): { results: string; chain: ChainStatus } | null {
  const own = fields.find(
    ({ key, value }) => key === 'authentication-results' && claimsToBe(value, hostname),
  );
  const read = own === undefined ? null : readAuthenticationResults(own.value);
  if (own === undefined || read === null || !isAscii(Buffer.from(own.value))) return null;
  const arc = read.results.find(({ method }) => method === 'arc');
  // What the DNS did not tell may hold all the same: nobody is told that it failed.
  if (arc?.reason === 'dns-unavailable') return null;
  const chain = arc === undefined ? 'none' : arc.result === 'pass' ? 'pass' : 'fail';
  return { results: own.value.replaceAll('; ', ';\r\n '), chain };
}

/** Each as often as it occurs (RFC 6376 §5.4.2). */
function namesIn({ fields }: HeaderSection): string[] {
  return sealed.flatMap((name) => fields.filter(({ key }) => key === name).map(() => name));
}
