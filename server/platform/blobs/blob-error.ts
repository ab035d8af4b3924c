import { CarepostError } from '../errors.ts';

export type BlobErrorCode =
  | 'blob-missing' // there is no blob under this key
  | 'blob-store-unavailable' // the store cannot be reached, is full, or refuses us; trying again may help
  | 'blob-url-invalid'; // the configured address of the store cannot be understood

export class BlobError extends CarepostError<BlobErrorCode> {
  /** The HTTP status that an object store answered with, if it did. */
  readonly status: number | undefined;

  constructor(code: BlobErrorCode, detail: string, options?: { cause?: unknown; status?: number }) {
    super(code, detail, options);
    this.status = options?.status;
  }
}
