import { formatState, getAnswer, mailCapability, pickProperties } from '#protocols/jmap/index.ts';
import type { Folder } from './folder.ts';
import { selectFolders } from './folder-store.ts';
import { readStates, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { readGet } from './read-get.ts';

export const mailboxProperties = [
  'id',
  'name',
  'parentId',
  'role',
  'sortOrder',
  'totalEmails',
  'unreadEmails',
  'totalThreads',
  'unreadThreads',
  'myRights',
  'isSubscribed',
] as const;

/** A folder as RFC 8621 §2 has it. The owner of an account may do everything, but folders with a role stay. */
export function mailboxObject(folder: Folder) {
  const isFree = folder.role === null;
  return {
    id: folder.folderId,
    name: folder.name,
    parentId: folder.parentId,
    role: folder.role,
    sortOrder: folder.sortOrder,
    totalEmails: folder.totalEmails,
    unreadEmails: folder.unreadEmails,
    totalThreads: folder.totalThreads,
    unreadThreads: folder.unreadThreads,
    myRights: {
      mayReadItems: true,
      mayAddItems: true,
      mayRemoveItems: true,
      maySetSeen: true,
      maySetKeywords: true,
      mayCreateChild: true,
      mayRename: isFree,
      mayDelete: isFree,
      maySubmit: true,
    },
    isSubscribed: folder.isSubscribed,
  };
}

/** Mailbox/get. RFC 8621 §2.1. */
export function getMailboxes(ports: MailboxPorts): MailMethod {
  return {
    name: 'Mailbox/get',
    capability: mailCapability,
    async run(call) {
      const { account, selection } = readGet(call, mailboxProperties);
      return ports.database.inTenant(account.organizationId, async (tx) => {
        const states = await readStates(tx, ports, account);
        const folders = await selectFolders(tx, ports.keyring, account);
        const wanted = selection.ids === null ? null : new Set(selection.ids);
        const list = folders
          .filter((folder) => wanted === null || wanted.has(folder.folderId))
          .map((folder) => pickProperties(mailboxObject(folder), selection.properties));
        return { args: getAnswer(account.userId, formatState(states.mailbox), selection, list) };
      });
    },
  };
}
