import { CarepostError } from '#platform/errors.ts';

export type DeliverabilityErrorCode =
  | 'not-found' // no domain of this organisation receives under that name
  | 'conflict' // the policy may not be enforced before it is seen right from outside
  | 'too-large' // a report beyond what is read
  | 'invalid-request' // what came is no report about this domain
  | 'too-many-requests'; // as many reports as a domain takes in a day

export class DeliverabilityError extends CarepostError<DeliverabilityErrorCode> {}
