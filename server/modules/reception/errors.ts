import { CarepostError } from '#platform/errors.ts';

export type ReceptionErrorCode =
  | 'not-found' // this organisation has nothing of that id, or not any more
  | 'invalid-domain'; // not one that the organisation may send from

export class ReceptionError extends CarepostError<ReceptionErrorCode> {}
