// Loaded before the server (`--import`): how long its loop works without a turn for others, appended to LOOP_PROBE_FILE.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['LOOP_PROBE_FILE'];
const everyMs = 5;
const keepMs = 500;

/** Processor time of the main thread from one tick to the next, milliseconds: that others compete does not count. */
if (isMainThread && file !== undefined) {
  const worked: number[] = [];
  let before = process.threadCpuUsage();
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    worked.push((user + system) / 1000);
    setTimeout(tick, everyMs).unref();
  };
  tick();
  setInterval(() => {
    const lines = worked.splice(0).map((each) => `${each}\n`);
    appendFileSync(file, lines.join(''));
  }, keepMs).unref();
}
