import { hashChildren, emptyRoot } from './merkle-hash.ts';

/** The Merkle tree hash of these leaf hashes. RFC 6962 §2.1. */
export function rootOfLeaves(leafHashes: readonly Buffer[]): Buffer {
  const [only] = leafHashes;
  if (only === undefined) return emptyRoot();
  if (leafHashes.length === 1) return only;
  const split = largestPowerOfTwoBelow(leafHashes.length);
  return hashChildren(rootOfLeaves(leafHashes.slice(0, split)), rootOfLeaves(leafHashes.slice(split)));
}

/** The audit path of leaf `index`: what to hash it with, from the leaf up. RFC 6962 §2.1.1. */
export function inclusionProof(leafHashes: readonly Buffer[], index: number): Buffer[] {
  if (!(index >= 0 && index < leafHashes.length)) throw new RangeError('The tree has no such leaf');
  if (leafHashes.length === 1) return [];
  const split = largestPowerOfTwoBelow(leafHashes.length);
  const [left, right] = [leafHashes.slice(0, split), leafHashes.slice(split)];
  return index < split
    ? [...inclusionProof(left, index), rootOfLeaves(right)]
    : [...inclusionProof(right, index - split), rootOfLeaves(left)];
}

/** The proof that the tree of the first `earlierSize` leaves is a prefix of this one. RFC 6962 §2.1.2. */
export function consistencyProof(leafHashes: readonly Buffer[], earlierSize: number): Buffer[] {
  if (!(earlierSize >= 1 && earlierSize <= leafHashes.length))
    throw new RangeError('The earlier size is not within the tree');
  return subproof(leafHashes, earlierSize, true);
}

function subproof(leafHashes: readonly Buffer[], earlierSize: number, whole: boolean): Buffer[] {
  if (earlierSize === leafHashes.length) return whole ? [] : [rootOfLeaves(leafHashes)];
  const split = largestPowerOfTwoBelow(leafHashes.length);
  const [left, right] = [leafHashes.slice(0, split), leafHashes.slice(split)];
  return earlierSize <= split
    ? [...subproof(left, earlierSize, whole), rootOfLeaves(right)]
    : [...subproof(right, earlierSize - split, false), rootOfLeaves(left)];
}

/** True when `proof` leads from the leaf to the root. RFC 9162 §2.1.3.2, whose hashes are those of RFC 6962. */
export function verifyInclusion(
  leafHash: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  let [node, last, hash] = [index, size - 1, leafHash];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashChildren(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashChildren(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** True when `proof` shows the earlier tree to be a prefix of the later. RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  earlier: { readonly size: number; readonly root: Buffer },
  later: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (!isIndex(earlier.size) || !isIndex(later.size) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && earlier.root.equals(later.root);
  if (earlier.size === 0) return proof.length === 0;
  const path = isPowerOfTwo(earlier.size) ? [earlier.root, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let [node, last] = [earlier.size - 1, later.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [earlierHash, laterHash] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      earlierHash = hashChildren(sibling, earlierHash);
      laterHash = hashChildren(sibling, laterHash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      laterHash = hashChildren(laterHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && earlierHash.equals(earlier.root) && laterHash.equals(later.root);
}

// Plain arithmetic instead of bit operators: sizes go beyond 32 bits.
const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;
const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isPowerOfTwo = (value: number): boolean => largestPowerOfTwoBelow(value + 1) === value;

function largestPowerOfTwoBelow(value: number): number {
  let power = 1;
  while (power * 2 < value) power *= 2;
  return power;
}
