import { createHash, sign, type KeyObject } from 'node:crypto';
import { rawField, signedHeader, type RawHeader, type SignatureAlgorithm } from '#protocols/dkim/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { sealedFields } from './sealed-fields.ts';
import { gatherSets, mostSets, type ChainStatus } from './sets.ts';

export interface SealOptions {
  /** What this server found out about the message: the value of an Authentication-Results field. */
  readonly results: string;
  /** What the chain so far was found to be; `none` when there is none. */
  readonly chain: ChainStatus;
  /** SHA-256 of the body in relaxed form. */
  readonly bodyHash: Buffer;
  /** Names of the fields to sign, lower case. Without seals, which the seal itself is over. */
  readonly fields: readonly string[];
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: SignatureAlgorithm;
  /** Private. */
  readonly key: KeyObject;
  readonly now: Date;
}

/** Why nothing is added (RFC 8617 §5.1.2, §4.2.1). */
export type NotSealed =
  | 'failed-before' // another sealer said already that the chain does not hold
  | 'chain-full';

export type Sealed =
  | { readonly ok: true; readonly fields: readonly [seal: string, message: string, results: string] }
  | { readonly ok: false; readonly reason: NotSealed };

/**
 * Three fields to put on top of a message that is passed on, each with its folding and CRLF (RFC 8617 §5.1). RSA
 * and Ed25519 are computed off the event loop. Rejects with the error of node:crypto when the key is unusable.
 */
export async function sealMessage(header: RawHeader, options: SealOptions): Promise<Sealed> {
  const gathered = gatherSets(header.section);
  if (gathered.kind === 'broken' && gathered.wasTold) return { ok: false, reason: 'failed-before' };
  const sets = gathered.kind === 'sets' ? gathered.sets : [];
  const instance = (gathered.kind === 'broken' ? gathered.highest : sets.length) + 1;
  const isFailed = gathered.kind === 'broken' || options.chain === 'fail';
  const chain = instance === 1 ? 'none' : isFailed ? 'fail' : 'pass';
  if (instance > mostSets) return { ok: false, reason: 'chain-full' };
  const { algorithm, domain, selector, key, fields, bodyHash, now } = options;
  const time = Math.floor(now.getTime() / 1000);
  const results = `ARC-Authentication-Results: i=${instance}; ${options.results}\r\n`;
  const message = await signed(
    ['ARC-Message-Signature', `a=${algorithm}`],
    [
      `bh=${bodyHash.toString('base64')}`,
      'c=relaxed/relaxed',
      `d=${domain}`,
      `h=${fields.join(':')}`,
      `i=${instance}`,
      `s=${selector}`,
      `t=${time}`,
    ],
    (unsigned) => messageData(header, `${results}${unsigned}`, fields),
  );
  // §5.1.2: who says that the chain failed seals nothing but its own set.
  const earlier = (isFailed ? [] : sets).map(({ results, message, seal }) => ({
    results: rawField(header, results.field),
    message: rawField(header, message.field),
    seal: rawField(header, seal.field),
  }));
  const seal = await signed(
    ['ARC-Seal', `a=${algorithm}`],
    [`cv=${chain}`, `d=${domain}`, `i=${instance}`, `s=${selector}`, `t=${time}`],
    (unsigned) => sealedFields([...earlier, { results, message, seal: unsigned }]),
  );
  return { ok: true, fields: [seal, message, results] };

  async function signed(
    [name, first]: readonly [string, string],
    tags: readonly string[],
    dataOf: (unsigned: string) => Buffer,
  ): Promise<string> {
    const write = (signature: string) => `${name}: ${[first, `b=${signature}`, ...tags].join(';\r\n ')}\r\n`;
    const signature = await signBytes(algorithm, dataOf(write('')), key);
    return write(signature.toString('base64'));
  }
}

/** The chosen fields, the new results among them, then the signature's own. */
function messageData({ raw, section }: RawHeader, added: string, fields: readonly string[]): Buffer {
  const whole = Buffer.concat([Buffer.from(added), raw.subarray(0, section.fieldsEnd), Buffer.from('\r\n')]);
  const parsed = parseHeaderSection(whole);
  const own = parsed.ok ? parsed.section.fields[1] : undefined;
  if (!parsed.ok || own === undefined) throw new RangeError('The results cannot be put into a header');
  return signedHeader({ raw: whole, section: parsed.section }, own, {
    fields,
    headerCanonicalization: 'relaxed',
  });
}

function signBytes(algorithm: SignatureAlgorithm, data: Buffer, key: KeyObject): Promise<Buffer> {
  const isRsa = algorithm === 'rsa-sha256';
  const bytes = isRsa ? data : createHash('sha256').update(data).digest(); // RFC 8463 §3
  return new Promise((resolve, reject) => {
    sign(isRsa ? 'sha256' : null, bytes, key, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}
