import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { silentLogger } from '../log/log.ts';
import { createLoop } from './loop.ts';

function countingLoop(runOnce: () => Promise<number>) {
  const runs = new EventEmitter();
  const loop = createLoop({
    name: 'test',
    everyMs: 3_600_000,
    log: silentLogger,
    runOnce: async () => {
      const done = await runOnce();
      runs.emit('run');
      return done;
    },
  });
  return { loop, nextRun: () => once(runs, 'run') };
}

test('a started loop runs at once, again while there is work, and when it is nudged', async () => {
  const results = [2, 1, 0];
  let runs = 0;
  const { loop, nextRun } = countingLoop(async () => results[runs++] ?? 0);
  const first = nextRun();
  loop.start();
  await first;
  await nextRun();
  await nextRun();
  assert.equal(runs, 3);
  const nudged = nextRun();
  loop.nudge();
  await nudged;
  assert.equal(runs, 4);
  await loop.stop();
});

test('two runs never overlap, and a stopped loop does not run', async () => {
  let inside = 0;
  let most = 0;
  const { loop } = countingLoop(async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    return 0;
  });
  await Promise.all([loop.runUntilIdle(), loop.runUntilIdle(), loop.runUntilIdle()]);
  assert.equal(most, 1);
  await loop.stop();
  assert.equal(await loop.runUntilIdle(), 0);
});

test('a run that fails is not the last', async () => {
  let runs = 0;
  const { loop } = countingLoop(async () => {
    if (++runs === 1) throw new Error('once');
    return 0;
  });
  await assert.rejects(loop.runUntilIdle(), /once/);
  assert.equal(await loop.runUntilIdle(), 0);
  await loop.stop();
});
