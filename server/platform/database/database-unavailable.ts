import { CarepostError } from '../errors.ts';

/** The database cannot be reached or the connection was lost: nothing was committed, try again. HTTP 503, SMTP 451. */
export class DatabaseUnavailable extends CarepostError<'database-unavailable'> {
  constructor(options?: { cause?: unknown }) {
    super(
      'database-unavailable',
      'The database is not reachable just now. Nothing was stored; try again.',
      options,
    );
  }
}

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EACCES',
]);
const clientMessages =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|server closed the connection/;

/**
 * True for what pg reports when the server is away or lets nobody in: socket errors, its own words, SQLSTATE
 * classes 08, 28, 53 (no room, no connection left) and 57P.
 */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A name with several addresses, none of which answers.
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (socketCodes.has(code) && 'syscall' in error) return true;
  if (/^(?:08|28|53|57P)/.test(code)) return true;
  return clientMessages.test(error.message);
}
