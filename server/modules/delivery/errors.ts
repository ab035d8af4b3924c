import { CarepostError } from '#platform/errors.ts';

export type DeliveryErrorCode =
  | 'not-found' // no such delivery in this organisation
  | 'conflict'; // not in a state in which this can be done

export class DeliveryError extends CarepostError<DeliveryErrorCode> {}
