import { CarepostError } from '#platform/errors.ts';

export type DomainsErrorCode =
  | 'invalid-domain' // not the name of a mail domain
  | 'domain-taken' // this organisation has it already, or another one has proven it
  | 'domain-unproven' // the proving record is not there, or could not be looked up
  | 'invalid-address' // not an address that mail can go to, or named twice
  | 'address-taken' // this address forwards already
  | 'forwarding-loop' // mail would come back to where it was, or pass too many addresses
  | 'no-mailbox' // a copy is to be kept, and nobody has the address
  | 'conflict' // there are too many of them
  | 'not-found'; // this organisation has no such domain, or no such forwarding address

export class DomainsError extends CarepostError<DomainsErrorCode> {}
