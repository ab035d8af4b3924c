import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { createLaneCommit } from './lane-commit.ts';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

test('one alone is committed at once; those that come meanwhile go together', async () => {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const commit = createLaneCommit<string, number, number>(async (items) => {
    batches.push([...items]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return items.map((item) => item * 10);
  });
  const first = commit('a', 1);
  await until(() => batches.length === 1);
  const second = [2, 3].map((item) => commit('a', item));
  const other = commit('b', 9);
  await until(() => batches.length === 2);
  assert.deepEqual(batches, [[1], [9]], 'lanes do not wait for each other');
  for (const gate of gates) gate.resolve();
  await until(() => batches.length === 3);
  assert.deepEqual(batches[2], [2, 3]);
  gates[2]?.resolve();
  assert.deepEqual(await Promise.all([first, ...second, other]), [10, 20, 30, 90]);
});

test('one that cannot be stored does not take the others with it', async () => {
  const tried: number[][] = [];
  const commit = createLaneCommit<string, number, string>(async (items) => {
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
  assert.deepEqual(tried, [[0, 1, 2, 3], [0], [1], [2], [3]]);
});

test('with the database away nothing is tried again; the next finds it back', async () => {
  let away = true;
  let runs = 0;
  const commit = createLaneCommit<string, number, number>(async (items) => {
    runs += 1;
    await new Promise(setImmediate);
    if (away) throw new DatabaseUnavailable();
    return items;
  });
  const answers = await Promise.allSettled([commit('a', 1), commit('a', 2), commit('a', 3)]);
  assert.ok(answers.every(({ status }) => status === 'rejected'));
  assert.equal(runs, 1);
  away = false;
  assert.equal(await commit('a', 4), 4);
});
