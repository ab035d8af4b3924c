import { Worker } from 'node:worker_threads';
import type { JobName, JobOutcome, OpenPgpJob, OpenPgpJobs, OpenPgpProblem } from './openpgp-job.ts';

export interface OpenPgpOptions {
  /** For one job, milliseconds. Default 20 s. */
  readonly timeLimitMs?: number;
  /** Heap of the thread, MiB. Default 512: the library holds a whole message, more than once. */
  readonly memoryMiB?: number;
  /** Jobs that may wait. Default 200. */
  readonly waiting?: number;
}

/**
 * OpenPGP (RFC 9580, RFC 4880) in a thread of its own with limits of time and memory, which starts when it is
 * needed and ends after a minute without work. Never rejects: what goes wrong is an OpenPgpProblem.
 */
export interface OpenPgp {
  run<N extends JobName>(name: N, given: OpenPgpJobs[N]['given']): Promise<JobOutcome<N>>;
  /** Ends the thread; jobs under way answer 'too-busy'. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: { readonly name: JobName; readonly given: OpenPgpJob['given'] };
  readonly settle: (outcome: unknown) => void;
}

const idleMs = 60_000;

export function createOpenPgp(options: OpenPgpOptions = {}): OpenPgp {
  const { timeLimitMs = 20_000, memoryMiB = 512, waiting: most = 200 } = options;
  const queue: Waiting[] = [];
  let worker: Worker | null = null;
  let current: Waiting | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const failed = (problem: OpenPgpProblem) => ({ ok: false, problem });

  function start(): Worker {
    const started = new Worker(new URL('./openpgp-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB, maxYoungGenerationSizeMb: 32 },
      stdout: true,
      stderr: true,
    });
    started.on('message', (outcome: unknown) => {
      if (worker === started) finish(outcome);
    });
    started.on('error', (error) => {
      if (worker !== started) return;
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      end(isMemory ? 'too-much-memory' : 'unreadable');
    });
    worker = started;
    return started;
  }

  function finish(outcome: unknown): void {
    clearTimeout(timer);
    const done = current;
    current = null;
    worker?.unref();
    timer = setTimeout(() => end('too-busy'), idleMs).unref();
    done?.settle(outcome);
    next();
  }

  function end(problem: OpenPgpProblem): void {
    clearTimeout(timer);
    void worker?.terminate();
    worker = null;
    const done = current;
    current = null;
    done?.settle(failed(problem));
    next();
  }

  function next(): void {
    if (current !== null) return;
    const waiting = queue.shift();
    if (waiting === undefined) return;
    clearTimeout(timer);
    const thread = worker ?? start();
    current = waiting;
    timer = setTimeout(() => end('too-slow'), timeLimitMs);
    thread.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Worker, not a window
    thread.postMessage(waiting.job);
  }

  return {
    run<N extends JobName>(name: N, given: OpenPgpJobs[N]['given']) {
      if (closed || queue.length >= most) return Promise.resolve({ ok: false, problem: 'too-busy' } as const);
      return new Promise<JobOutcome<N>>((resolve) => {
        queue.push({ job: { name, given }, settle: (outcome) => resolve(outcome as JobOutcome<N>) });
        next();
      });
    },
    async close() {
      closed = true;
      for (const { settle } of queue.splice(0)) settle(failed('too-busy'));
      const thread = worker;
      end('too-busy');
      await thread?.terminate();
    },
  };
}
