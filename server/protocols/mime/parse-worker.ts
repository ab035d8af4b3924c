import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { digestBody, readBody, readPart } from './read-body.ts';
import type { ParseJob } from './parse-job.ts';

// Reading steps back behind accepting. On Linux this is the thread's own priority; elsewhere it would be the process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** The thread of the parser: one message at a time, answered by value. */
parentPort?.on('message', (job: ParseJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort, not a window
  void answer(job).then((result) => parentPort?.postMessage(result));
});

async function answer({ want, raw, partId }: ParseJob): Promise<unknown> {
  try {
    if (want === 'part') return await readPart(raw, partId ?? '');
    return want === 'digest' ? await digestBody(raw) : await readBody(raw);
  } catch {
    return 'unparsable';
  }
}
