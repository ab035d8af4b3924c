import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Arrival } from './arrival.ts';
import { messagesPlaced } from './audit-trail.ts';
import { byMessageId, changeEmails } from './change-emails.ts';
import type { Email } from './email.ts';
import { selectEmails } from './email-store.ts';
import type { FolderRole } from './folder.ts';
import { selectRoleFolders } from './folder-store.ts';
import { changeAccount } from './journal.ts';
import type { MailboxPorts } from './ports.ts';

/** A stored message that is to be in a user's folder. */
export interface Placement {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly messageId: MessageId;
  readonly role: FolderRole;
  readonly receivedAt: Date;
  readonly arrival?: Arrival;
}

type PlacePorts = Pick<MailboxPorts, 'clock' | 'keyring' | 'messages' | 'audit'>;

/**
 * Puts messages into folders, in the transaction of whoever stored them. What is there already stays as
 * it is: placing twice is placing once. A message without a row in `messages` is passed over.
 */
export async function placeMessages(
  tx: Tx,
  ports: PlacePorts,
  placements: readonly Placement[],
): Promise<void> {
  const accounts = Map.groupBy(placements, ({ organizationId, userId }) => `${organizationId}/${userId}`);
  // In one order for everybody: two transactions with the same users must not wait for each other.
  for (const key of [...accounts.keys()].toSorted()) await placeInAccount(tx, ports, accounts.get(key) ?? []);
}

async function placeInAccount(tx: Tx, ports: PlacePorts, placements: readonly Placement[]): Promise<void> {
  const [first] = placements;
  if (first === undefined) return;
  const messageIds = placements.map((placement) => placement.messageId);
  const facts = new Map((await ports.messages.facts(tx, messageIds)).map((each) => [each.messageId, each]));
  const account = { organizationId: first.organizationId, userId: first.userId };
  await changeAccount(tx, ports, account, async (journal) => {
    const folders = await selectRoleFolders(tx, account);
    const present = byMessageId(await selectEmails(tx, account, messageIds));
    const added = new Map<MessageId, Email>();
    const updated = new Map<MessageId, { before: Email; after: Email }>();
    const placed: { messageId: MessageId; userId: UserId; role: FolderRole }[] = [];
    for (const { messageId, role, receivedAt, arrival } of placements) {
      const fact = facts.get(messageId);
      const folderId = folders.get(role);
      if (fact === undefined || folderId === undefined) continue;
      const known = updated.get(messageId)?.after ?? added.get(messageId) ?? present.get(messageId);
      if (known?.folderIds.includes(folderId) === true) continue;
      placed.push({ messageId, userId: account.userId, role });
      if (known === undefined) {
        added.set(messageId, {
          messageId,
          threadId: fact.threadId,
          folderIds: [folderId],
          receivedAt,
          sizeBytes: fact.sizeBytes,
          keywords: firstKeywords[role],
          ownSealed: null,
          arrival: arrival ?? null,
        });
        continue;
      }
      const after = {
        ...known,
        folderIds: [...known.folderIds, folderId],
        keywords: inNewFolder(known.keywords, role),
      };
      const before = present.get(messageId);
      if (before === undefined) added.set(messageId, after);
      else updated.set(messageId, { before, after });
    }
    await changeEmails(tx, journal, { added: [...added.values()], updated: [...updated.values()] });
    const doer = {
      organizationId: account.organizationId,
      actor: { kind: 'system', part: 'mailbox' },
    } as const;
    await messagesPlaced(ports.audit, tx, doer, placed);
  });
}

const firstKeywords: Readonly<Record<FolderRole, readonly string[]>> = {
  inbox: [],
  drafts: ['$draft', '$seen'],
  sent: ['$seen'],
  archive: ['$seen'],
  junk: [],
  trash: ['$seen'],
};

/** What people send to themselves arrives unread, like everything else. */
function inNewFolder(keywords: readonly string[], role: FolderRole): readonly string[] {
  return role === 'inbox' ? keywords.filter((keyword) => keyword !== '$seen') : keywords;
}
