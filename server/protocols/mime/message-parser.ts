import { Worker } from 'node:worker_threads';
import type { BodyDigest, BodyProblem, PartContent, ReadableBody } from './message-body.ts';
import type { ParseJob } from './parse-job.ts';

export interface MessageParserOptions {
  /** Threads at most; they start when needed and end after a minute without work. Default 2. */
  readonly threads?: number;
  /** For one message, milliseconds. Default 10 s. */
  readonly timeLimitMs?: number;
  /** Heap of one thread, MiB. Default 256. */
  readonly memoryMiB?: number;
  /** Messages that may wait for a thread. Default 200. */
  readonly waiting?: number;
}

/**
 * Reads messages in worker threads with limits of time and memory. A message that breaks them costs its
 * thread, which is replaced; the process and the other messages go on. Digests leave a thread to the people
 * who read. Never rejects: what cannot be read is a BodyProblem.
 */
export interface MessageParser {
  read(raw: Uint8Array): Promise<ReadableBody | BodyProblem>;
  digest(raw: Uint8Array): Promise<BodyDigest | BodyProblem>;
  /** Null when the message has no such part. */
  part(raw: Uint8Array, partId: string): Promise<PartContent | null | BodyProblem>;
  /** Ends the threads; messages being read answer 'too-busy'. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: ParseJob;
  readonly settle: (result: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  current: Waiting | null;
  timer: NodeJS.Timeout | undefined;
}

const idleMs = 60_000;

export function createMessageParser(options: MessageParserOptions = {}): MessageParser {
  const { threads: most = 2, timeLimitMs = 10_000, memoryMiB = 256, waiting: queueLimit = 200 } = options;
  const threads = new Set<Thread>();
  const queue: Waiting[] = [];
  let closed = false;

  function run(job: ParseJob): Promise<unknown> {
    if (closed || queue.length >= queueLimit) return Promise.resolve('too-busy' satisfies BodyProblem);
    return new Promise((settle) => {
      queue.push({ job, settle });
      next();
    });
  }

  /** People before digests, which leave one thread to them: what a stranger sends may be slow to digest. */
  function choose(): number {
    const byPeople = queue.findIndex(({ job }) => job.want !== 'digest');
    const digesting = threads
      .values()
      .reduce((sum, { current }) => sum + Number(current?.job.want === 'digest'), 0);
    return byPeople >= 0 || digesting >= Math.max(1, most - 1) ? byPeople : 0;
  }

  function next(): void {
    const chosen = choose();
    if (queue.length === 0 || chosen < 0) return;
    const free = threads.values().find((thread) => thread.current === null);
    const thread = free ?? (threads.size < most ? start() : null);
    const [waiting] = thread === null ? [] : queue.splice(chosen, 1);
    if (thread === null || waiting === undefined) return;
    clearTimeout(thread.timer);
    thread.current = waiting;
    thread.timer = setTimeout(() => end(thread, 'too-slow'), timeLimitMs);
    thread.worker.ref();
    // A copy of its own, so that the memory can be handed over.
    const raw = Uint8Array.from(waiting.job.raw);
    thread.worker.postMessage({ ...waiting.job, raw }, [raw.buffer]);
  }

  function start(): Thread {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB, maxYoungGenerationSizeMb: 32 },
      stdout: true,
      stderr: true,
    });
    const thread: Thread = { worker, current: null, timer: undefined };
    threads.add(thread);
    worker.on('message', (result: unknown) => {
      clearTimeout(thread.timer);
      const done = thread.current;
      thread.current = null;
      worker.unref();
      thread.timer = setTimeout(() => end(thread, 'too-busy'), idleMs).unref();
      done?.settle(result);
      next();
    });
    worker.on('error', (error) => {
      end(
        thread,
        'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too-much-memory' : 'unparsable',
      );
    });
    return thread;
  }

  function end(thread: Thread, problem: BodyProblem): void {
    if (!threads.delete(thread)) return;
    clearTimeout(thread.timer);
    void thread.worker.terminate();
    thread.current?.settle(problem);
    next();
  }

  return {
    read: (raw) => run({ want: 'body', raw }) as Promise<ReadableBody | BodyProblem>,
    digest: (raw) => run({ want: 'digest', raw }) as Promise<BodyDigest | BodyProblem>,
    part: (raw, partId) => run({ want: 'part', raw, partId }) as Promise<PartContent | null | BodyProblem>,
    async close() {
      closed = true;
      for (const { settle } of queue.splice(0)) settle('too-busy' satisfies BodyProblem);
      const running = [...threads];
      for (const thread of running) end(thread, 'too-busy');
      await Promise.all(running.map(({ worker }) => worker.terminate()));
    },
  };
}
