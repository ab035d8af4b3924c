import { ProblemError } from '#contract/client.ts';
import { JmapError } from './jmap/jmap-error.ts';
import { UploadFailed } from './jmap/upload.ts';

/** What went wrong, in the few kinds that a page speaks differently about. */
export type Failure =
  | { kind: 'offline' } // nothing answered
  | { kind: 'unavailable' } // 502, 503, 504
  | { kind: 'limited'; retryAfter: number; detail: string } // 429 or 423: seconds to wait
  | { kind: 'refused'; code: string; detail: string; reference?: string | undefined }; // the server said why

/** Sorts any thrown thing. The server's `detail` is written for people and shown as it is. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { status, code, detail, retryAfter, requestId } = error.problem;
    if (status === 429 || status === 423) return { kind: 'limited', retryAfter: retryAfter ?? 60, detail };
    if (status >= 502) return { kind: 'unavailable' };
    return { kind: 'refused', code, detail, reference: status >= 500 ? requestId : undefined };
  }
  if (error instanceof JmapError) {
    return error.type === 'serverUnavailable'
      ? { kind: 'unavailable' }
      : { kind: 'refused', code: error.type, detail: error.message };
  }
  if (error instanceof UploadFailed && error.status > 0) {
    return {
      kind: 'refused',
      code: error.status === 413 ? 'too-large' : 'upload-failed',
      detail: error.message,
    };
  }
  return { kind: 'offline' };
}

/** Worth asking again: nothing answered, or the server is coming back. */
export function isPassing(error: unknown): boolean {
  const { kind } = failureOf(error);
  return kind === 'offline' || kind === 'unavailable';
}
