import { CarepostError } from '#platform/errors.ts';

export type DeliveryErrorCode = 'not-found'; // no such delivery in this organisation

export class DeliveryError extends CarepostError<DeliveryErrorCode> {}
