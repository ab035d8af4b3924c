import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { tokenizeText } from '#protocols/mime/index.ts';
import { selectByTokens } from './digest-store.ts';

/** Words of a query that are looked at. */
const wordLimit = 16;

export interface MessageQuery {
  /** Words that must all occur, in any order, anywhere: subject, people, names of attachments, text. */
  readonly text: string;
  /** Searches these messages only: those that the person asking may see. */
  readonly within?: readonly MessageId[];
  readonly limit: number;
}

/** Messages that hold every word, newest id first; none for a query without a word. */
export async function searchMessages(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  { text, within, limit }: MessageQuery,
): Promise<MessageId[]> {
  // Long words are rare words: the scan begins where it is shortest.
  const words = tokenizeText(text, wordLimit).toSorted((a, b) => b.length - a.length);
  if (words.length === 0) return [];
  return selectByTokens(tx, await keyring.tokenIndex(organizationId, words), within, limit);
}
