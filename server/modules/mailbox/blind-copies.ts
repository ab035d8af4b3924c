import type { MessageId } from '#contract/ids.ts';
import type { MessageSummary } from '#modules/messages/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef } from './account.ts';
import type { MailboxPorts } from './ports.ts';

/**
 * Whom a sender sent blind copies to. What was sent has no Bcc field, for anybody; its sender alone is told,
 * from what is kept of the recipients.
 */
export async function findBlindCopies(
  tx: Tx,
  { sending }: Pick<MailboxPorts, 'sending'>,
  { organizationId, userId }: AccountRef,
  summaries: readonly MessageSummary[],
): Promise<Map<MessageId, string[]>> {
  const found = new Map<MessageId, string[]>();
  for (const { messageId, direction, authorId } of summaries) {
    if (direction !== 'outbound' || authorId !== userId) continue;
    const recipients = await sending.recipientsOf(tx, organizationId, messageId);
    const addresses = recipients.filter(({ kind }) => kind === 'bcc').map(({ address }) => address);
    if (addresses.length > 0) found.set(messageId, addresses);
  }
  return found;
}
