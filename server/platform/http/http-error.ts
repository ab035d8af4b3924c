import { CarepostError } from '../errors.ts';
import type { ProblemCode } from '#contract/problems.ts';

/** A refusal by the HTTP layer itself; modules have error classes of their own. */
export class HttpError extends CarepostError<ProblemCode> {
  readonly retryAfter: number | undefined;
  readonly errors: readonly { path: string; message: string }[] | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      cause?: unknown;
      retryAfter?: number;
      errors?: readonly { path: string; message: string }[];
    } = {},
  ) {
    super(code, detail, options);
    this.retryAfter = options.retryAfter;
    this.errors = options.errors;
  }
}

/** A refusal in the problem details of another protocol (JMAP, SCIM): sent as it is. */
export class ForeignProblem extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super('Refused in the terms of another protocol');
    this.name = 'ForeignProblem';
    this.status = status;
    this.body = body;
  }
}
