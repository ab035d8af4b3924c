import { CarepostError } from '#platform/errors.ts';

export type ContactsErrorCode =
  | 'invalid-address' // not an email address
  | 'not-found'; // the organisation has no such contact

export class ContactsError extends CarepostError<ContactsErrorCode> {}
