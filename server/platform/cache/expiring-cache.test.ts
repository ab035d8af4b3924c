import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { createExpiringCache } from './expiring-cache.ts';

test('simultaneous callers load once, later ones not at all', async () => {
  const loads: string[] = [];
  const cache = createExpiringCache({
    load: async (key: string) => void loads.push(key),
    keepMs: 60_000,
    capacity: 10,
  });
  await Promise.all([cache.of('a'), cache.of('a')]);
  await cache.of('a');
  deepEqual(loads, ['a']);
});

test('a forgotten key and an expired one are loaded again', async () => {
  let loads = 0;
  const load = async () => ++loads;
  const kept = createExpiringCache({ load, keepMs: 60_000, capacity: 10 });
  await kept.of('a');
  kept.forget('a');
  equal(await kept.of('a'), 2);
  const brief = createExpiringCache({ load, keepMs: 0, capacity: 10 });
  await brief.of('a');
  equal(await brief.of('a'), 4);
});

test('a failure is not kept', async () => {
  let fails = true;
  const cache = createExpiringCache({
    load: async () => {
      if (fails) throw new Error('down');
      return 'up';
    },
    keepMs: 60_000,
    capacity: 10,
  });
  await rejects(cache.of('a'), /down/);
  fails = false;
  equal(await cache.of('a'), 'up');
});

test('the oldest key gives way when there are too many', async () => {
  const loads: number[] = [];
  const cache = createExpiringCache({
    load: async (key: number) => void loads.push(key),
    keepMs: 60_000,
    capacity: 2,
  });
  for (const key of [1, 2, 3, 3, 1]) await cache.of(key);
  deepEqual(loads, [1, 2, 3, 1]);
});
