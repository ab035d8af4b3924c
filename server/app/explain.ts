import { CarepostError } from '#platform/errors.ts';

/** One sentence for the person at the terminal: our own errors say what to do, others their name and code. */
export function explain(error: unknown): string {
  if (error instanceof CarepostError) return error.message;
  if (!(error instanceof Error)) return 'carepost stopped for an unknown reason.';
  if ('code' in error && error.code === 'EADDRINUSE')
    return `An address is already taken: ${error.message}. Stop the other program or choose another port.`;
  return `${error.name}: ${error.message}`;
}
