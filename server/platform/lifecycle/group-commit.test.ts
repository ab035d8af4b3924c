import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGroupCommit } from './group-commit.ts';

test('what comes during a run goes together in the next', async () => {
  const runs: number[][] = [];
  const gates: (() => void)[] = [];
  const commit = createGroupCommit(async (items: readonly number[]) => {
    runs.push([...items]);
    await new Promise<void>((open) => gates.push(open));
    return runs.length;
  });
  const first = commit([1]);
  await new Promise(setImmediate);
  const others = [commit([2]), commit([3, 4])];
  gates.shift()?.();
  assert.equal(await first, 1);
  await new Promise(setImmediate);
  gates.shift()?.();
  assert.deepEqual(await Promise.all(others), [2, 2]);
  assert.deepEqual(runs, [[1], [2, 3, 4]]);
});

test('a failed run fails its callers and no others', async () => {
  let n = 0;
  const commit = createGroupCommit(async () => {
    n += 1;
    if (n === 1) throw new Error('lost');
    return n;
  });
  const first = commit([1]);
  await assert.rejects(first, /lost/);
  assert.equal(await commit([2]), 2);
});
