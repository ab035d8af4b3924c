import { CarepostError } from '#platform/errors.ts';

/** What to do about the system's errors of listening. */
const listening: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already taken: stop the other program, or choose another port',
  EACCES: 'may not be listened on: ports below 1024 need the capability CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'is not an address of this machine',
};

/** One sentence for the person at the terminal: our own errors say what to do, others their name and code. */
export function explain(error: unknown): string {
  if (error instanceof CarepostError) return error.message;
  if (!(error instanceof Error)) return 'carepost stopped for an unknown reason.';
  if ('syscall' in error && error.syscall === 'listen' && 'address' in error && 'port' in error) {
    const what = listening['code' in error ? String(error.code) : ''];
    if (what !== undefined) return `${String(error.address)}:${String(error.port)} ${what}.`;
  }
  return `${error.name}: ${error.message}`;
}
