import {
  bodyClaimOf,
  checkBody,
  checkHeader,
  findKey,
  rawField,
  verifyBytes,
  type BodyHashes,
  type DkimReason,
  type FoundKey,
  type RawHeader,
  type Signer,
} from '#protocols/dkim/index.ts';
import type { TxtResolver } from '#protocols/dns/index.ts';
import { sealedFields } from './sealed-fields.ts';
import { gatherSets, type ArcSet, type ChainProblem } from './sets.ts';

/** Why a chain does not hold. */
export type ArcReason =
  | ChainProblem
  | DkimReason // of the newest signature over the message
  | 'seal-broken'; // of one of the seals

export interface ArcResult {
  readonly verdict:
    | 'none' // no chain
    | 'pass' // every seal holds, and the message is as the last sealer left it
    | 'fail';
  /** Null unless it failed. `dns-unavailable` may be otherwise the next time. */
  readonly reason: ArcReason | null;
  /** Who sealed, from the first; only of a chain that holds. */
  readonly sets: readonly ArcSet[];
}

export interface ArcVerification {
  /** After the last byte of the body has gone to `hashes`. Never rejects if `dns` does not. */
  finish(): Promise<ArcResult>;
}

/**
 * Verifies the chain of a message whose header section is complete (RFC 8617 §5.2). The hash it needs is asked of
 * `hashes`; whoever feeds the body feeds those. Keys are looked up while the body comes in.
 */
export function verifyChain(
  header: RawHeader,
  { dns, hashes }: { readonly dns: TxtResolver; readonly hashes: BodyHashes },
): ArcVerification {
  const gathered = gatherSets(header.section);
  if (gathered.kind === 'none') return settled({ verdict: 'none', reason: null, sets: [] });
  if (gathered.kind === 'broken') return settled(failed(gathered.problem));
  const { sets } = gathered;
  const newest = sets.at(-1) ?? sets[0];
  const { signature, field } = newest.message;
  hashes.need(bodyClaimOf(signature));
  const keys = new Map<string, Promise<FoundKey>>();
  const keyOf = (signer: Signer) => {
    const name = `${signer.selector} ${signer.domain}`;
    const key = keys.get(name) ?? findKey(dns, signer);
    keys.set(name, key);
    return key;
  };
  const seals = checkSeals(header, sets, keyOf);
  const message = keyOf(signature).then((key) => checkHeader(header, field, signature, key));
  return {
    async finish() {
      const body = checkBody(hashes, signature);
      const reason = (await message).reason ?? body ?? (await seals);
      return reason === null ? { verdict: 'pass', reason, sets } : failed(reason);
    },
  };
}

/** All seals, from the newest, each over its own set and those before. Null when all hold. */
async function checkSeals(
  header: RawHeader,
  sets: readonly ArcSet[],
  keyOf: (signer: Signer) => Promise<FoundKey>,
): Promise<ArcReason | null> {
  const raw = sets.map(({ results, message, seal }) => ({
    results: rawField(header, results.field),
    message: rawField(header, message.field),
    seal: rawField(header, seal.field),
  }));
  for (const { instance, seal } of sets.toReversed()) {
    const found = await keyOf(seal.signer);
    if (!found.ok) return found.problem;
    const { algorithm, signature } = seal.signer;
    if (!(await verifyBytes(algorithm, sealedFields(raw.slice(0, instance)), found.key, signature)))
      return 'seal-broken';
  }
  return null;
}

function failed(reason: ArcReason): ArcResult {
  return { verdict: 'fail', reason, sets: [] };
}

function settled(result: ArcResult): ArcVerification {
  return { finish: () => Promise.resolve(result) };
}
