import type { MessageId, ThreadId } from '#contract/ids.ts';
import type { FolderId } from './account.ts';
import type { Arrival } from './arrival.ts';
import type { StoredKeywords } from './keyword.ts';

/** A message in one account. Its id is the message's: a message is in an account once, in any number of folders. */
export interface Email extends StoredKeywords {
  readonly messageId: MessageId;
  readonly threadId: ThreadId;
  readonly folderIds: readonly FolderId[];
  readonly receivedAt: Date;
  readonly sizeBytes: number;
  readonly arrival: Arrival | null;
}

/** Most folders of one email. */
export const mostFolders = 100;
