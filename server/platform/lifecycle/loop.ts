import type { Logger } from '../log/log.ts';

export interface Loop {
  readonly name: string;
  start(): void;
  /** Runs soon instead of at the next interval. Cheap; may be called for every event. */
  nudge(): void;
  /** Runs until a run finds nothing to do; answers how many things were done. For tests and the lab. */
  runUntilIdle(): Promise<number>;
  /** Ends after the run in progress, whose signal is aborted. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  /** Longest wait between two runs, milliseconds. */
  readonly everyMs: number;
  /** Does what is due and answers how much that was; more than 0 runs again at once. */
  readonly runOnce: (signal: AbortSignal) => Promise<number>;
  /**
   * Work that nobody waits for gathers while the process is busy with what somebody does wait for, at most this
   * long, milliseconds, and is then done to its end in larger batches. Default 0: never gathers.
   */
  readonly patienceMs?: number;
  /** While the process is busy only one run each time patience ends, instead of all that has gathered. Default false. */
  readonly trickles?: boolean;
  /** A run that did fewer than this waits for its turn instead of running again at once. Default 1. */
  readonly fullRun?: number;
  readonly log: Logger;
}

/**
 * Share of time that the event loop is at work, from which on a process counts as busy. While it accepts mail as
 * fast as it can it mostly waits for the database, on the same cores: well below one half.
 */
const busyShare = 0.2;

/** How often work that gathers looks whether it is calm, milliseconds. */
const lookMs = 100;

const longestBackoffMs = 30_000;

/** One background activity: never two runs at once, backs off while it fails, can be driven by hand. */
export function createLoop({
  name,
  everyMs,
  runOnce,
  patienceMs = 0,
  trickles = false,
  fullRun = 1,
  log,
}: LoopOptions): Loop {
  const stopping = new AbortController();
  let started = false;
  let nudged = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  /** The last run found nothing more to do. */
  let resting = true;
  let restingSince = performance.now();
  let utilization = performance.eventLoopUtilization();

  function mayWait(): boolean {
    if (performance.now() - restingSince >= patienceMs) return false;
    const before = utilization;
    utilization = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(utilization, before).utilization > busyShare;
  }

  async function exclusively(): Promise<number> {
    const before = running;
    const run = (async () => {
      await before.catch(() => undefined);
      return stopping.signal.aborted ? 0 : runOnce(stopping.signal);
    })();
    running = run;
    return run;
  }

  function schedule(delay: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void tick(), delay);
    timer.unref();
  }

  async function tick(): Promise<void> {
    if (resting && patienceMs > 0 && mayWait()) {
      nudged = true; // a nudge meanwhile changes nothing
      return schedule(Math.min(everyMs, lookMs));
    }
    busy = true;
    nudged = false;
    let delay = everyMs;
    try {
      const isDone = (await exclusively()) < fullRun;
      resting = isDone || trickles;
      if (resting) restingSince = performance.now();
      if (!isDone) delay = 0;
      failures = 0;
    } catch (error) {
      failures += 1;
      delay = Math.min(longestBackoffMs, everyMs * 2 ** Math.min(failures, 10));
      log.warn('loop.failed', { loop: name, attempt: failures, error });
    }
    busy = false;
    if (!stopping.signal.aborted) schedule(nudged && failures === 0 ? 0 : delay);
  }

  return {
    name,
    start() {
      if (started) return;
      started = true;
      schedule(0);
    },
    nudge() {
      if (!started || nudged || stopping.signal.aborted) return;
      nudged = true;
      if (!busy) schedule(0);
    },
    async runUntilIdle() {
      let total = 0;
      for (;;) {
        const done = await exclusively();
        total += done;
        if (done === 0) return total;
      }
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running.catch(() => undefined);
    },
  };
}
