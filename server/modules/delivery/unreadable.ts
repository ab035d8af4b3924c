import { MessagesError } from '#modules/messages/index.ts';
import { BlobError } from '#platform/blobs/index.ts';
import { KeyringError } from '#platform/keyring/keyring-error.ts';
import type { ReasonCode } from './reasons.ts';

/** Shown where an address can no longer be opened. In a report it is a comment (RFC 3464 §2.1.1). */
export const unreadableAddress = '(an address that can no longer be read)';

/** Whether what was sealed can never be opened again: its key is gone, or it was changed. No further try helps. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof KeyringError && (error.code === 'key-destroyed' || error.code === 'sealed-value-damaged')
  );
}

/** What was opened, or `otherwise` where it can never be opened again. */
export async function readableOr<T, Otherwise>(
  opening: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  try {
    return await opening;
  } catch (error) {
    if (isUnreadable(error)) return otherwise;
    throw error;
  }
}

/** Why a message's content cannot be had for good; undefined when trying again may help. */
export function whyContentIsLost(error: unknown): ReasonCode | undefined {
  if (error instanceof MessagesError && error.code === 'gone') return 'content-destroyed';
  if (isUnreadable(error) || (error instanceof MessagesError && error.code === 'not-found'))
    return 'content-unreadable';
  return undefined;
}

/** A lost blob, or a store that is not attached: looked for again while the lane allows. */
export function isMissing(error: unknown): boolean {
  return error instanceof BlobError && error.code === 'blob-missing';
}
