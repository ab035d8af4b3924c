import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteBudget } from './byte-budget.ts';

test('holders stay within the budget, in order, and the largest gets in alone', async () => {
  const budget = createByteBudget(10);
  const inside: string[] = [];
  const enter = (name: string, bytes: number) =>
    budget.enter(bytes).then((leave) => (inside.push(name), leave));
  const leaveA = await enter('a', 6);
  const b = enter('b', 6);
  const c = enter('c', 100);
  const d = enter('d', 1);
  await new Promise(setImmediate);
  assert.deepEqual(inside, ['a'], 'd is small enough, but others came first');
  leaveA();
  const leaveB = await b;
  leaveB();
  const leaveC = await c;
  assert.deepEqual(inside, ['a', 'b', 'c']);
  leaveC();
  await d;
  assert.deepEqual(inside, ['a', 'b', 'c', 'd']);
});
