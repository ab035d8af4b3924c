import { CarepostError } from '#platform/errors.ts';

export type OrganizationsErrorCode =
  | 'slug-taken' // another organisation has this short name
  | 'conflict' // somebody else changed it since the caller read it
  | 'invalid-address' // nothing can be sent to it under the protection that is needed
  | 'unknown-organization'; // no such organisation: a fault of the caller, never of a person

export class OrganizationsError extends CarepostError<OrganizationsErrorCode> {}
