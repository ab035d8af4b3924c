import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { appendLeaves, emptyFrontier, packFrontier, rootOf, unpackFrontier } from './frontier.ts';
import { emptyRoot, hashChildren, hashLeaf } from './merkle-hash.ts';
import {
  consistencyProof,
  inclusionProof,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
} from './proofs.ts';

// The entries and roots that the reference implementation of RFC 6962 (certificate-transparency) tests itself with.
const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = entries.map((entry) => hashLeaf(Buffer.from(entry, 'hex')));
const leavesArbitrary = fc
  .integer({ min: 0, max: 70 })
  .map((size) => Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`))));

describe('Merkle tree (RFC 6962 §2.1)', () => {
  it('has the roots of the reference implementation', () => {
    for (const [size, root] of roots.entries()) {
      assert.equal(rootOfLeaves(leaves.slice(0, size)).toString('hex'), root);
      assert.equal(rootOf(appendLeaves(emptyFrontier, leaves.slice(0, size))).toString('hex'), root);
    }
  });

  it('keeps leaves and nodes apart', () => {
    const [a, b] = [hashLeaf(Buffer.from('a')), hashLeaf(Buffer.from('b'))];
    assert.notDeepEqual(hashLeaf(Buffer.concat([a, b])), hashChildren(a, b));
    assert.notDeepEqual(hashLeaf(Buffer.alloc(0)), emptyRoot());
  });

  it('can be appended to in any batches, and be put away between them', () => {
    fc.assert(
      fc.property(leavesArbitrary, fc.array(fc.integer({ min: 0, max: 20 })), (all, batches) => {
        let frontier = emptyFrontier;
        let taken = 0;
        for (const batch of [...batches, all.length]) {
          frontier = appendLeaves(
            unpackFrontier(frontier.size, packFrontier(frontier)),
            all.slice(taken, taken + batch),
          );
          taken = frontier.size;
        }
        assert.deepEqual(rootOf(frontier), rootOfLeaves(all));
      }),
    );
  });

  it('refuses a stored frontier of another size', () => {
    assert.throws(() => unpackFrontier(3, Buffer.alloc(32)), RangeError);
    assert.throws(() => appendLeaves({ size: 1, hashes: [] }, leaves.slice(0, 1)), RangeError);
  });
});

describe('inclusion proofs (RFC 6962 §2.1.1)', () => {
  it('hold for every leaf of every size, and for no other leaf, place or root', () => {
    for (let size = 1; size <= 17; size += 1) {
      const all = Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`)));
      const root = rootOfLeaves(all);
      for (const [index, leaf] of all.entries()) {
        const proof = inclusionProof(all, index);
        assert.ok(verifyInclusion(leaf, index, size, proof, root));
        for (const [other] of all.entries())
          if (other !== index) assert.ok(!verifyInclusion(leaf, other, size, proof, root));
        assert.ok(!verifyInclusion(hashLeaf(Buffer.from('other')), index, size, proof, root));
        assert.ok(!verifyInclusion(leaf, index, size, [...proof, root], root));
        if (proof.length > 0) assert.ok(!verifyInclusion(leaf, index, size, proof.slice(1), root));
        assert.ok(!verifyInclusion(leaf, index, size, proof, emptyRoot()));
      }
    }
  });

  it('refuse what cannot be', () => {
    const [leaf] = leaves;
    assert.ok(leaf);
    assert.ok(!verifyInclusion(leaf, 1, 1, [], leaf));
    assert.ok(!verifyInclusion(leaf, -1, 1, [], leaf));
    assert.throws(() => inclusionProof([leaf], 1), RangeError);
  });
});

describe('consistency proofs (RFC 6962 §2.1.2)', () => {
  it('hold between all sizes, and not when either tree differs', () => {
    for (let size = 1; size <= 17; size += 1) {
      const all = Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`)));
      const later = { size, root: rootOfLeaves(all) };
      for (let before = 1; before <= size; before += 1) {
        const earlier = { size: before, root: rootOfLeaves(all.slice(0, before)) };
        const proof = consistencyProof(all, before);
        assert.ok(verifyConsistency(earlier, later, proof));
        assert.ok(!verifyConsistency({ ...earlier, root: emptyRoot() }, later, proof));
        assert.ok(!verifyConsistency(earlier, { ...later, root: emptyRoot() }, proof));
        assert.ok(!verifyConsistency(earlier, later, [...proof, later.root]));
        if (before < size) assert.ok(!verifyConsistency(later, earlier, proof));
      }
    }
  });

  it('start anywhere from nothing', () => {
    assert.ok(
      verifyConsistency(
        { size: 0, root: emptyRoot() },
        { size: 3, root: rootOfLeaves(leaves.slice(0, 3)) },
        [],
      ),
    );
    assert.throws(() => consistencyProof(leaves, 0), RangeError);
  });
});
