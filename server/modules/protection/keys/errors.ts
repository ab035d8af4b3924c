import { CarepostError } from '#platform/errors.ts';

export type KeysErrorCode =
  | 'invalid-address' // not an email address, or none of the caller's own
  | 'invalid-key' // cannot be read, or is not for the address
  | 'conflict' // there is one already
  | 'not-found'; // the organisation, or the caller, has no such key

export class KeysError extends CarepostError<KeysErrorCode> {}
