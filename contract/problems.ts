/**
 * Every error that reaches a client, as RFC 9457 problem details: `type` is
 * `https://carepost.dev/problems/<code>`, `detail` says what to do.
 */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'invalid-address': { status: 400, title: 'An address is not valid' },
  'invalid-domain': { status: 400, title: 'The domain name is not valid' },
  'invalid-message': { status: 400, title: 'The message is not valid' },
  'invalid-key': { status: 400, title: 'The key cannot be used' },
  'weak-password': { status: 400, title: 'The password is too easy to guess' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'invalid-credentials': { status: 401, title: 'The address or the password is not right' },
  'code-not-right': { status: 401, title: 'The code is not right' },
  'code-expired': { status: 401, title: 'The code has run out' },
  forbidden: { status: 403, title: 'You may not do this' },
  'cross-site-request': { status: 403, title: 'The request came from another site' },
  'session-required': { status: 403, title: 'Only a person who is signed in may do this, not a key' },
  'scope-not-held': { status: 403, title: 'A key cannot do more than its owner' },
  'category-not-allowed': { status: 403, title: 'Your role may not send this category' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'address-taken': { status: 409, title: 'The address is in use' },
  'domain-taken': { status: 409, title: 'The domain is in use' },
  'slug-taken': { status: 409, title: 'The short name is in use' },
  'domain-unproven': { status: 409, title: 'The record that proves the domain was not found' },
  'last-administrator': { status: 409, title: 'The organisation needs an administrator' },
  'forwarding-loop': { status: 409, title: 'Mail would go round in circles' },
  'no-mailbox': { status: 409, title: 'Nobody here has this address' },
  conflict: { status: 409, title: 'The state has changed' },
  'request-in-progress': { status: 409, title: 'The same request is still running' },
  gone: { status: 410, title: 'This is no longer available' },
  'too-large': { status: 413, title: 'The content is too large' },
  'unsupported-media-type': { status: 415, title: 'This content type is not read here' },
  'unreadable-message': { status: 422, title: 'The message cannot be shown' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  locked: { status: 423, title: 'Locked for a while' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'reading-busy': { status: 503, title: 'Too many messages are being read just now' },
  'sign-in-busy': { status: 503, title: 'Too many people are signing in just now' },
  'blob-store-unavailable': { status: 503, title: 'Large messages are not available just now' },
  'database-unavailable': { status: 503, title: 'The service is not available just now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** Which parts of the request are wrong: a path such as `recipients/2/address`, and why. */
  readonly errors?: readonly { path: string; message: string }[];
  /** Seconds until another try may succeed. */
  readonly retryAfter?: number;
  readonly requestId?: string;
}

const base = 'https://carepost.dev/problems/';

export function problem(
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'retryAfter' | 'requestId'> = {},
): Problem {
  return { type: `${base}${code}`, ...problems[code], code, detail, ...more };
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
