import { emptyRoot, hashBytes, hashChildren } from './merkle-hash.ts';

/**
 * All that is needed to go on appending to a tree: its size and the roots of its perfect subtrees, largest
 * first, one for each bit set in the size. At most 53 hashes, whatever the size.
 */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Buffer[];
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/** Appends leaf hashes in their order; about one node hash a leaf. */
export function appendLeaves(frontier: Frontier, leafHashes: Iterable<Buffer>): Frontier {
  const hashes = [...frontier.hashes];
  let { size } = frontier;
  for (const leafHash of leafHashes) {
    let hash = leafHash;
    // Each set low bit is a perfect subtree as large as what we carry: the two become one.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = hashes.pop();
      if (left === undefined) throw new RangeError('The frontier does not fit the size of the tree');
      hash = hashChildren(left, hash);
    }
    hashes.push(hash);
    size += 1;
  }
  return { size, hashes };
}

/** The Merkle tree hash. RFC 6962 §2.1. */
export function rootOf({ hashes }: Frontier): Buffer {
  return (
    hashes
      .toReversed()
      .reduce<Buffer | undefined>(
        (right, left) => (right === undefined ? left : hashChildren(left, right)),
        undefined,
      ) ?? emptyRoot()
  );
}

/** The hashes one after the other, for storing beside the size. */
export function packFrontier({ hashes }: Frontier): Buffer {
  return Buffer.concat(hashes);
}

/** The reverse. Throws RangeError when the hashes do not fit the size. */
export function unpackFrontier(size: number, packed: Buffer): Frontier {
  const count = size.toString(2).replaceAll('0', '').length;
  if (packed.length !== count * hashBytes)
    throw new RangeError('The stored frontier does not fit the size of the tree');
  return {
    size,
    hashes: Array.from({ length: count }, (_, index) =>
      packed.subarray(index * hashBytes, (index + 1) * hashBytes),
    ),
  };
}
