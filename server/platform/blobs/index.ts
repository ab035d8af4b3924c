export { openBlobStore } from './open-blob-store.ts';
export { BlobError } from './blob-error.ts';
export type { BlobErrorCode } from './blob-error.ts';
export type { BlobKey, BlobStore, StoredBlob } from './blob-store.ts';
