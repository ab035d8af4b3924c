import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimedCache } from './timed-cache.ts';

test('a value is there until its moment', () => {
  const cache = createTimedCache<string, string>(10);
  cache.set('a', 'value', 1_000);
  assert.equal(cache.get('a', 999), 'value');
  assert.equal(cache.get('a', 1_000), undefined);
  assert.equal(cache.get('a', 999), undefined, 'what has ended does not come back');
});

test('the least recently used goes first', () => {
  const cache = createTimedCache<string, number>(2);
  cache.set('a', 1, 10);
  cache.set('b', 2, 10);
  cache.get('a', 0);
  cache.set('c', 3, 10);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => cache.get(key, 0)),
    [1, undefined, 3],
  );
  cache.delete('a');
  assert.equal(cache.get('a', 0), undefined);
  cache.clear();
  assert.equal(cache.get('c', 0), undefined);
});
