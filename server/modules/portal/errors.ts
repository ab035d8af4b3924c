import { CarepostError } from '#platform/errors.ts';

export type PortalErrorCode =
  | 'not-found' // whatever the link was: unknown, expired, of nobody; one answer for all
  | 'code-not-right'
  | 'code-expired' // or used up, or never asked for
  | 'locked' // wrong codes were entered
  | 'too-many-requests';

export class PortalError extends CarepostError<PortalErrorCode> {
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(code: PortalErrorCode, detail: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(code, detail, options);
    this.retryAfter = options.retryAfter;
  }
}
