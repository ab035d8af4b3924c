import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { OpenedFinding } from '#modules/protection/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { messageReplaced } from './audit-trail.ts';
import { byMessageId, changeEmails, type EmailChanges } from './change-emails.ts';
import type { Email } from './email.ts';
import { selectEmails } from './email-store.ts';
import { changeAccount } from './journal.ts';
import type { MailboxPorts } from './ports.ts';

type Ports = Pick<MailboxPorts, 'clock' | 'keyring' | 'messages' | 'audit'>;

export interface OpenedLater {
  readonly organizationId: OrganizationId;
  readonly userIds: readonly UserId[];
  /** As it came, and is in the accounts of those who kept it. */
  readonly originalId: MessageId;
  /** What was under the protection; the same where it still cannot be opened. */
  readonly messageId: MessageId;
  readonly finding: OpenedFinding;
}

/**
 * A message that could not be opened when it came and now was: it takes the place of the closed one, in the same
 * folders and unread. Whoever has deleted the closed one does not get it back.
 */
export async function replaceOpened(tx: Tx, ports: Ports, opened: OpenedLater): Promise<void> {
  for (const userId of opened.userIds.toSorted()) await replaceInAccount(tx, ports, userId, opened);
}

async function replaceInAccount(tx: Tx, ports: Ports, userId: UserId, opened: OpenedLater): Promise<void> {
  const { organizationId, originalId, messageId } = opened;
  const account = { organizationId, userId };
  await changeAccount(tx, ports, account, async (journal) => {
    const present = byMessageId(await selectEmails(tx, account, [originalId, messageId]));
    const closed = present.get(originalId);
    const [fact] = await ports.messages.facts(tx, [messageId]);
    if (closed === undefined || fact === undefined) return;
    const { threadId, sizeBytes } = fact;
    const after: Email = {
      ...closed,
      messageId,
      threadId,
      sizeBytes,
      keywords: closed.keywords.filter((keyword) => keyword !== '$seen'),
      arrival:
        closed.arrival?.how === 'smtp' ? { ...closed.arrival, opened: opened.finding } : closed.arrival,
    };
    const changes: EmailChanges =
      messageId === originalId
        ? { updated: [{ before: closed, after }] }
        : { added: present.has(messageId) ? [] : [after], destroyed: [closed] };
    await changeEmails(tx, journal, changes);
    const doer = { organizationId, actor: { kind: 'system', part: 'mailbox' } } as const;
    await messageReplaced(ports.audit, tx, doer, { userId, originalId, messageId });
  });
}
