import { CarepostError } from '#platform/errors.ts';

export type IdentityErrorCode =
  | 'invalid-credentials' // unknown address, wrong password or disabled user: never told apart
  | 'too-many-requests' // the sign-in limit of the network or of the user is reached
  | 'sign-in-busy' // more passwords are being verified than the server takes at once
  | 'invalid-address' // not an address, or not in a domain of the organisation
  | 'address-taken' // another user has the address
  | 'weak-password' // the detail says what to change
  | 'last-administrator' // the change would leave nobody who can manage users
  | 'scope-not-held' // a key was to do more than its owner may
  | 'session-required' // a key tried what only a person may do
  | 'not-found'; // no such user, session or key in this organisation, or not one's own

/** `retryAfter`, in seconds, says when another try may succeed. */
export class IdentityError extends CarepostError<IdentityErrorCode> {
  readonly retryAfter: number | undefined;

  constructor(
    code: IdentityErrorCode,
    detail: string,
    options: { cause?: unknown; retryAfter?: number } = {},
  ) {
    super(code, detail, options);
    this.retryAfter = options.retryAfter;
  }
}
