// Resident memory of the server process after a minute of idling: under 250 MB. Without the lab, whose servers would count.
import { setTimeout as delay } from 'node:timers/promises';
import { startCarepost } from '../test/support/carepost.ts';
import { report } from './limit.ts';
import { residentMemory } from './process-cpu.ts';

const limitMegabytes = 250;
const idleMs = 60_000;

for (const lab of [false, true]) {
  await using carepost = await startCarepost({ lab });
  await delay(idleMs);
  const megabytes = Math.round((await residentMemory(carepost.pid)) / 1e6);
  report({
    bench: lab ? 'idle-memory-with-lab' : 'idle-memory',
    megabytes,
    limitMegabytes,
    ratio: Number((megabytes / limitMegabytes).toFixed(2)),
    ok: megabytes < limitMegabytes,
  });
}
