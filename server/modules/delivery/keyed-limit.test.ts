import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyedLimit } from './keyed-limit.ts';

test('the third waits until one of two leaves; other keys do not', async () => {
  const limit = createKeyedLimit(2);
  const leave = await limit.enter('a');
  await limit.enter('a');
  await limit.enter('b');
  const order: string[] = [];
  const third = limit.enter('a').then(() => order.push('in'));
  order.push('waiting');
  leave();
  await third;
  assert.deepEqual(order, ['waiting', 'in']);
});

test('whoever leaves last leaves room for the next', async () => {
  const limit = createKeyedLimit(1);
  (await limit.enter('a'))();
  await limit.enter('a');
});
