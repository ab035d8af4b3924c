// Start to ready: the first on an empty data folder (under 10 s), later ones (under 3 s).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCarepost } from '../test/support/carepost.ts';
import { median, report } from './limit.ts';

const limits = { firstMs: 10_000, laterMs: 3_000 };
const rounds = 5;

const folder = await mkdtemp(join(tmpdir(), 'carepost-bench-'));
try {
  const began = performance.now();
  await using carepost = await startCarepost({ dataFolder: folder });
  const first = Math.round(performance.now() - began);
  report({
    bench: 'start-first',
    milliseconds: first,
    limitMs: limits.firstMs,
    ratio: Number((first / limits.firstMs).toFixed(2)),
    ok: first < limits.firstMs,
  });
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await carepost.end('SIGTERM');
    times.push(await carepost.start());
  }
  const later = Math.round(median(times));
  report({
    bench: 'start-again',
    milliseconds: later,
    slowestMilliseconds: Math.round(Math.max(...times)),
    limitMs: limits.laterMs,
    ratio: Number((later / limits.laterMs).toFixed(2)),
    ok: later < limits.laterMs,
  });
  await carepost.end('SIGKILL');
  const killed = Math.round(await carepost.start());
  report({
    bench: 'start-after-kill',
    milliseconds: killed,
    limitMs: limits.laterMs,
    ratio: Number((killed / limits.laterMs).toFixed(2)),
    ok: killed < limits.laterMs,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
