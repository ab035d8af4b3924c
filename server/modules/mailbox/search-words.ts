import { sql } from 'kysely';
import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { JmapMethodError } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import type { WordField } from './email-filter.ts';
import type { MailboxPorts } from './ports.ts';

/** Most messages that a search for words answers: the newest. */
export const mostFound = 5_000;
/** Most messages whose subject and people are opened to see in which field a word stands. */
const mostOpened = 1_000;

/**
 * The messages of an account that hold words. The index knows words of a message, not fields; for a field
 * the messages found are opened. More than can be opened is unsupportedFilter: a silent half would be a lie.
 */
export async function searchWords(
  tx: Tx,
  ports: Pick<MailboxPorts, 'messages'>,
  account: AccountRef,
  field: WordField,
  text: string,
): Promise<MessageId[]> {
  const within = await selectAllIds(tx, account);
  const isExact = field === 'text' || field === 'body';
  const limit = isExact ? mostFound : mostOpened + 1;
  const found = await ports.messages.search(tx, account.organizationId, { text, within, limit });
  if (isExact) return found;
  if (found.length > mostOpened) {
    throw new JmapMethodError(
      'unsupportedFilter',
      `Too many emails hold these words to tell where in them; search with more words.`,
    );
  }
  const needle = text.toLowerCase();
  const summaries = await ports.messages.summaries(tx, found);
  return summaries
    .filter((summary) =>
      (field === 'subject' ? [summary.subject] : people(summary[field])).some((each) =>
        holdsWords(each, needle),
      ),
    )
    .map((summary) => summary.messageId);
}

function people(mailboxes: readonly { readonly name: string; readonly address: string }[]): string[] {
  return mailboxes.map(({ name, address }) => `${name} ${address}`);
}

function holdsWords(text: string, needle: string): boolean {
  const lower = text.toLowerCase();
  return needle.split(/\s+/).every((word) => lower.includes(word));
}

async function selectAllIds(tx: Tx, { organizationId, userId }: AccountRef): Promise<MessageId[]> {
  const { rows } = await sql<{ message_id: MessageId }>`
    SELECT message_id FROM mailbox.email
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND destroyed_modseq IS NULL`.execute(
    tx,
  );
  return rows.map((row) => row.message_id);
}
