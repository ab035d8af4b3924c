import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { createGroupCommit } from './group-commit.ts';

test('one alone is committed at once; those that come meanwhile go together', async () => {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const commit = createGroupCommit<string, number, number>(async (items) => {
    batches.push([...items]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return items.map((item) => item * 10);
  });
  const first = commit('a', 1);
  assert.deepEqual(batches, [[1]]);
  const later = [commit('a', 2), commit('a', 3)];
  const other = commit('b', 4);
  assert.deepEqual(batches, [[1], [4]], 'lanes do not wait for each other');
  gates[0]?.resolve();
  assert.equal(await first, 10);
  gates[1]?.resolve();
  assert.equal(await other, 40);
  while (batches.length < 3) await new Promise(setImmediate);
  gates[2]?.resolve();
  assert.deepEqual(await Promise.all(later), [20, 30]);
  assert.deepEqual(batches, [[1], [4], [2, 3]]);
});

test('one that cannot be stored does not take the others with it', async () => {
  const tried: number[][] = [];
  const commit = createGroupCommit<string, number, string>(async (items) => {
    tried.push([...items]);
    await new Promise(setImmediate);
    if (items.includes(2)) throw new Error('planted');
    return items.map(String);
  });
  const answers = await Promise.allSettled([0, 1, 2, 3].map((item) => commit('a', item)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(tried, [[0], [1, 2, 3], [1], [2], [3]]);
});

test('with the database away nothing is tried again; the next finds it back', async () => {
  let away = true;
  let runs = 0;
  const commit = createGroupCommit<string, number, number>(async (items) => {
    runs += 1;
    await new Promise(setImmediate);
    if (away) throw new DatabaseUnavailable();
    return items;
  });
  const answers = await Promise.allSettled([commit('a', 1), commit('a', 2), commit('a', 3)]);
  assert.ok(answers.every(({ status }) => status === 'rejected'));
  assert.equal(runs, 2);
  away = false;
  assert.equal(await commit('a', 4), 4);
});
