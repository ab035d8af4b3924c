import { CarepostError } from '#platform/errors.ts';

export type DomainsErrorCode =
  | 'invalid-domain' // not the name of a mail domain
  | 'domain-taken' // this organisation has it already, or another one has proven it
  | 'domain-unproven' // the proving record is not there, or could not be looked up
  | 'not-found'; // this organisation has no such domain

export class DomainsError extends CarepostError<DomainsErrorCode> {}
