import { CarepostError } from '../errors.ts';

export type BlobErrorCode =
  | 'blob-missing' // there is no blob under this key
  | 'blob-store-unavailable' // the store cannot be reached, is full, or refuses us; trying again may help
  | 'blob-url-invalid'; // the configured address of the store cannot be understood

export class BlobError extends CarepostError<BlobErrorCode> {}
