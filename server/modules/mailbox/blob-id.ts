import type { MessageId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';
import type { UploadId } from './account.ts';

/** What a blob id of JMAP stands for. */
export type BlobRef =
  | { readonly kind: 'message'; readonly messageId: MessageId } // the message byte for byte
  | { readonly kind: 'part'; readonly messageId: MessageId; readonly partId: string } // one part, decoded
  | { readonly kind: 'upload'; readonly uploadId: UploadId }; // a file handed in

export function formatBlobId(ref: BlobRef): string {
  switch (ref.kind) {
    case 'message':
      return `M-${ref.messageId}`;
    case 'part':
      return `P-${ref.messageId}-${ref.partId}`;
    case 'upload':
      return `U-${ref.uploadId}`;
  }
}

/** Null for what was never one of ours. */
export function parseBlobId(blobId: string): BlobRef | null {
  const kind = blobId.slice(0, 2);
  const id = blobId.slice(2, 38);
  const rest = blobId.slice(38);
  if (!isUuid(id)) return null;
  if (kind === 'M-' && rest === '') return { kind: 'message', messageId: id as MessageId };
  if (kind === 'U-' && rest === '') return { kind: 'upload', uploadId: id as UploadId };
  if (kind === 'P-' && /^-[1-9][0-9]{0,3}$/.test(rest))
    return { kind: 'part', messageId: id as MessageId, partId: rest.slice(1) };
  return null;
}
