import { CarepostError } from '#platform/errors.ts';

export type PickupErrorCode =
  | 'not-found' // no such link, offer or letter here; answered the same whatever the cause
  | 'gone' // the offer has expired or was taken back
  | 'conflict'; // the offer's state does not allow it

export class PickupError extends CarepostError<PickupErrorCode> {}

export const noSuchOffer = (): PickupError => new PickupError('not-found', 'There is no such message.');
