import { CarepostError } from '#platform/errors.ts';

export type DeliveryErrorCode =
  | 'illegal-transition' // a state was asked for that may not follow the present one; a fault of the caller
  | 'not-found'; // no such delivery in this organisation

export class DeliveryError extends CarepostError<DeliveryErrorCode> {}
