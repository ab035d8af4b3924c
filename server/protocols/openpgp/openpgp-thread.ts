import { parentPort } from 'node:worker_threads';
import { runJob } from './run-job.ts';
import type { OpenPgpJob } from './openpgp-job.ts';

/** The thread of OpenPGP: one job at a time, answered by value. The library is loaded here and nowhere else. */
parentPort?.on('message', (job: OpenPgpJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort, not a window
  void runJob(job).then((outcome) => parentPort?.postMessage(outcome));
});
