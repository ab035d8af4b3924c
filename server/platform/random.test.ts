import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secureRandom } from './random.ts';

test('every share is of its length, and never handed out twice', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 3_000; round += 1)
    for (const count of [12, 16, 32, 64, 65]) {
      const share = secureRandom(count);
      assert.equal(share.length, count);
      seen.add(share.toString('hex'));
    }
  assert.equal(seen.size, 15_000);
});

test('who writes into a share changes nobody else’s', () => {
  const first = secureRandom(16);
  const second = secureRandom(16);
  const before = Buffer.from(second);
  first.fill(0);
  assert.deepEqual(second, before);
});
