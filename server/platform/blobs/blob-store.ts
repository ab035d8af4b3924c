/** Where large ciphertext lives. Keys name no person and contents are sealed: the store is trusted with nothing. */
export interface BlobStore {
  /**
   * Stores everything that `source` yields; when it resolves, the blob survives a power failure.
   * When it rejects, there is no blob: not a part of one. Writing to a key again replaces its content.
   */
  write(key: BlobKey, source: AsyncIterable<Buffer>): Promise<void>;
  /** Throws BlobError 'blob-missing' before the first piece when there is no such blob. */
  read(key: BlobKey): AsyncIterable<Buffer>;
  /** Deleting what is not there is no error. */
  delete(key: BlobKey): Promise<void>;
  /** All blobs whose key begins with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<StoredBlob>;
  close(): Promise<void>;
}

export interface StoredBlob {
  readonly key: BlobKey;
  /** By the clock of the machine that stores it, not by the product's. */
  readonly modifiedAt: Date;
}

/** Segments of lower-case letters, digits, "-" and "_", separated by "/": `messages/<organisation>/<content>`. */
export type BlobKey = string;

const valid = /^[a-z0-9_-]{1,64}(?:\/[a-z0-9_-]{1,64}){0,7}$/;

/** Throws RangeError for a key that is none: keys are made by the server, so a bad one is a defect. */
export function checkBlobKey(key: string): void {
  if (!valid.test(key)) throw new RangeError('Invalid blob key');
}
