import { pino, type DestinationStream } from 'pino';

/**
 * All that may be logged: ids, codes, numbers and names of our own parts. There is no key for a
 * subject, an address, a name or a body, and unknown keys do not compile.
 */
export interface LogFields {
  organizationId?: string;
  messageId?: string;
  deliveryId?: string;
  offerId?: string;
  attemptId?: string;
  userId?: string;
  sessionId?: string;
  eventId?: string;
  requestId?: string;
  connectionId?: string;
  code?: string;
  status?: number;
  method?: string;
  route?: string;
  part?: string;
  loop?: string;
  job?: string;
  subscriber?: string;
  event?: string;
  listener?: string;
  port?: number;
  pid?: number;
  count?: number;
  attempt?: number;
  bytes?: number;
  milliseconds?: number;
  version?: string;
  migration?: string;
  signal?: string;
  role?: string;
  /** Class and code of an error, and the stack's own lines: never its message, which may quote input. */
  error?: unknown;
}

/** `event` is a constant of the form 'part.what-happened'. */
export interface Logger {
  debug(event: string, fields: LogFields): void;
  info(event: string, fields: LogFields): void;
  warn(event: string, fields: LogFields): void;
  error(event: string, fields: LogFields): void;
  child(part: string): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on `destination` (default: standard error). */
export function createLogger(level: LogLevel = 'info', destination?: DestinationStream): Logger {
  return wrap(
    pino(
      {
        level,
        base: null,
        timestamp: () => `,"at":"${new Date().toISOString()}"`,
        messageKey: 'event',
        formatters: { level: (label) => ({ level: label }) },
      },
      destination ?? pino.destination({ fd: 2, sync: true }),
    ),
  );
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

function wrap(target: pino.Logger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, { error, ...fields }: LogFields) =>
      target[level](error === undefined ? fields : { ...fields, ...describeError(error) }, event);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (part) => wrap(target.child({ part })),
  };
}

interface DescribedError {
  readonly errorName: string;
  readonly errorCode?: string;
  /** Of what was the matter beneath: an errno (ENOSPC), a SQLSTATE (53100). */
  readonly causeCode?: string;
  readonly errorAt?: string[];
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code = codeOf(error);
  const causeCode = codeOf(error.cause);
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    errorName: error.name,
    ...(code === undefined ? {} : { errorCode: code }),
    ...(causeCode === undefined ? {} : { causeCode }),
    errorAt: frames,
  };
}
