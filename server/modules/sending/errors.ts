import { CarepostError } from '#platform/errors.ts';

export type SendingErrorCode =
  | 'invalid-request' // no recipients, too many, or a sender's address that is not theirs
  | 'invalid-address' // some recipients are no addresses; `errors` names them by position
  | 'too-large' // above the organisation's limit
  | 'forbidden' // may not send to people outside, or not at all
  | 'category-not-allowed' // the role may not send this category
  | 'not-found' // no such message of this sender, or no such recipient of it
  | 'conflict' // what was asked is not possible in the present state
  | 'too-many-requests'; // a reminder was sent less than an hour ago

export interface EntryProblem {
  /** Where in the request, for example `cc/2`. */
  readonly path: string;
  readonly message: string;
}

export class SendingError extends CarepostError<SendingErrorCode> {
  readonly errors: readonly EntryProblem[] | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    code: SendingErrorCode,
    detail: string,
    options: { cause?: unknown; errors?: readonly EntryProblem[]; retryAfter?: number } = {},
  ) {
    super(code, detail, options);
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
}
