import {
  parseMessageSignature,
  parseSigner,
  parseTagList,
  type MessageSignature,
  type Signer,
} from '#protocols/dkim/index.ts';
import type { HeaderSection } from '#protocols/mime/index.ts';

type HeaderField = HeaderSection['fields'][number];

/** What a sealer says of the chain before it. */
export type ChainStatus = 'none' | 'pass' | 'fail';

/** The three fields of one server that handled the message (RFC 8617 §4.2). */
export interface ArcSet {
  readonly instance: number;
  /** ARC-Authentication-Results: what this server found out, after its `i=`. */
  readonly results: { readonly field: HeaderField; readonly value: string };
  readonly message: { readonly field: HeaderField; readonly signature: MessageSignature };
  readonly seal: { readonly field: HeaderField; readonly signer: Signer; readonly chain: ChainStatus };
}

/** Why fields are no chain (RFC 8617 §5.2 step 2). */
export type ChainProblem =
  | 'malformed-field' // a tag is missing, unknown to its field or has no such value
  | 'incomplete-set' // an instance with less or more than one of each field, or missing in between
  | 'too-many-sets'
  | 'wrong-status'; // the first seal must say none, all others pass

export type ArcSets =
  | { readonly kind: 'none' }
  | { readonly kind: 'sets'; readonly sets: readonly [ArcSet, ...ArcSet[]] } // by instance, from 1
  | {
      readonly kind: 'broken';
      readonly problem: ChainProblem;
      /** The highest number of any field; 0 when none can be read. */
      readonly highest: number;
      /** A seal says already that the chain failed: nothing may be added (§5.1.2). */
      readonly wasTold: boolean;
    };

/** RFC 8617 §4.2.1. */
export const mostSets = 50;

const names = {
  results: 'arc-authentication-results',
  message: 'arc-message-signature',
  seal: 'arc-seal',
} as const;

/** Gathers the sets of a message and checks their structure; no signature is looked at. */
export function gatherSets({ fields }: Pick<HeaderSection, 'fields'>): ArcSets {
  const ours = fields.filter(
    ({ key }) => key === names.results || key === names.message || key === names.seal,
  );
  if (ours.length === 0) return { kind: 'none' };
  const isTooMuch = ours.length > 3 * mostSets;
  const read = isTooMuch ? [] : ours.map(readField);
  const broken = (problem: ChainProblem): ArcSets => ({
    kind: 'broken',
    problem,
    highest: Math.max(0, ...read.map((each) => each?.instance ?? 0)),
    wasTold: read.some((each) => each?.kind === 'seal' && each.chain === 'fail'),
  });
  if (isTooMuch) return broken('too-many-sets');
  if (!read.every((each) => each !== null)) return broken('malformed-field');
  const sets: ArcSet[] = [];
  const results = byInstance(read.filter((each) => each.kind === 'results'));
  const messages = byInstance(read.filter((each) => each.kind === 'message'));
  const seals = byInstance(read.filter((each) => each.kind === 'seal'));
  if (results === null || messages === null || seals === null) return broken('incomplete-set');
  const count = results.size;
  for (let instance = 1; instance <= count; instance += 1) {
    const [one, two, three] = [results.get(instance), messages.get(instance), seals.get(instance)];
    if (one === undefined || two === undefined || three === undefined) return broken('incomplete-set');
    sets.push({ instance, results: one, message: two, seal: three });
  }
  const [first, ...more] = sets;
  if (first === undefined || messages.size !== count || seals.size !== count) return broken('incomplete-set');
  const isRight = sets.every(({ seal }, index) => seal.chain === (index === 0 ? 'none' : 'pass'));
  return isRight ? { kind: 'sets', sets: [first, ...more] } : broken('wrong-status');
}

type Read =
  | ({ readonly kind: 'results'; readonly instance: number } & ArcSet['results'])
  | ({ readonly kind: 'message'; readonly instance: number } & ArcSet['message'])
  | ({ readonly kind: 'seal'; readonly instance: number } & ArcSet['seal']);

function readField(field: HeaderField): Read | null {
  if (field.key === names.results) return readResults(field);
  return field.key === names.seal ? readSeal(field) : readMessage(field);
}

/** §4.1.1: `i=` stands first, then all is as in Authentication-Results. */
function readResults(field: HeaderField): Read | null {
  const [head = ''] = field.value.split(';', 1);
  const [, digits] = /^\s*i\s*=\s*([0-9]+)\s*$/.exec(head) ?? [];
  const instance = readInstance(digits);
  const value = field.value.slice(head.length + 1).trim();
  return instance === null || value === '' ? null : { kind: 'results', instance, field, value };
}

/** §4.1.2: as DKIM-Signature, without a version; it must not be over seals. */
function readMessage(field: HeaderField): Read | null {
  const tags = parseTagList(field.value);
  const instance = readInstance(tags?.get('i'));
  if (tags === null || instance === null || tags.has('v')) return null;
  const parsed = parseMessageSignature(tags);
  if (!parsed.ok || parsed.signature.fields.includes(names.seal)) return null;
  return { kind: 'message', instance, field, signature: parsed.signature };
}

/** §4.1.3: only these tags; `h=` makes it void. */
function readSeal(field: HeaderField): Read | null {
  const tags = parseTagList(field.value);
  const instance = readInstance(tags?.get('i'));
  const chain = tags?.get('cv')?.toLowerCase();
  if (tags === null || instance === null || tags.has('h') || tags.has('bh') || tags.has('v')) return null;
  if (chain !== 'none' && chain !== 'pass' && chain !== 'fail') return null;
  const parsed = parseSigner(tags);
  return parsed.ok ? { kind: 'seal', instance, field, signer: parsed.signature, chain } : null;
}

function readInstance(text = ''): number | null {
  return /^[1-9][0-9]?$/.test(text) && Number(text) <= mostSets ? Number(text) : null;
}

/** Null when an instance is there twice. */
function byInstance<T extends { readonly instance: number }>(read: readonly T[]): Map<number, T> | null {
  const found = new Map(read.map((each) => [each.instance, each]));
  return found.size === read.length ? found : null;
}
