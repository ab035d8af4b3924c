import { sql } from 'kysely';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { AccountRef, FolderId } from './account.ts';
import { folderRoles, roleNames, type Folder, type FolderRole } from './folder.ts';
import type { Journal } from './journal.ts';

const namePurpose = 'mailbox.folder.name';

interface FolderRow {
  folder_id: FolderId;
  parent_id: FolderId | null;
  role: FolderRole | null;
  name_sealed: Buffer | null;
  sort_order: number;
  is_subscribed: boolean;
  total_emails: number;
  unread_emails: number;
  total_threads: number;
  unread_threads: number;
}

/** All folders of an account: there are few. */
export async function selectFolders(
  tx: Tx,
  keyring: Keyring,
  { organizationId, userId }: AccountRef,
): Promise<Folder[]> {
  const { rows } = await sql<FolderRow>`
    SELECT folder_id, parent_id, role, name_sealed, sort_order, is_subscribed, total_emails, unread_emails,
      total_threads, unread_threads
    FROM mailbox.folder
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND destroyed_modseq IS NULL
    ORDER BY sort_order, folder_id`.execute(tx);
  return Promise.all(
    rows.map(async (row) => ({
      folderId: row.folder_id,
      parentId: row.parent_id,
      role: row.role,
      name:
        row.role === null ? await openName(keyring, organizationId, row.name_sealed) : roleNames[row.role],
      sortOrder: row.sort_order,
      isSubscribed: row.is_subscribed,
      totalEmails: row.total_emails,
      unreadEmails: row.unread_emails,
      totalThreads: row.total_threads,
      unreadThreads: row.unread_threads,
    })),
  );
}

async function openName(
  keyring: Keyring,
  organizationId: AccountRef['organizationId'],
  sealed: Buffer | null,
): Promise<string> {
  return sealed === null ? '' : keyring.openText(organizationId, namePurpose, sealed);
}

/** Ids of folders that are there, by role: no keys needed. */
export async function selectRoleFolders(
  tx: Tx,
  { organizationId, userId }: AccountRef,
): Promise<Map<FolderRole, FolderId>> {
  const { rows } = await sql<{ role: FolderRole; folder_id: FolderId }>`
    SELECT role, folder_id FROM mailbox.folder
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND role IS NOT NULL`.execute(tx);
  return new Map(rows.map((row) => [row.role, row.folder_id]));
}

/** Ids of all folders that are there. */
export async function selectFolderIds(tx: Tx, { organizationId, userId }: AccountRef): Promise<FolderId[]> {
  const { rows } = await sql<{ folder_id: FolderId }>`
    SELECT folder_id FROM mailbox.folder
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND destroyed_modseq IS NULL`.execute(
    tx,
  );
  return rows.map((row) => row.folder_id);
}

export async function insertRoleFolders(tx: Tx, keyring: Keyring, journal: Journal): Promise<void> {
  const { organizationId, userId } = journal.account;
  const indexes = await Promise.all(
    folderRoles.map((role) => nameIndex(keyring, organizationId, roleNames[role])),
  );
  await sql`
    INSERT INTO mailbox.folder (organization_id, user_id, folder_id, role, name_index, sort_order, is_subscribed,
      created_modseq, updated_modseq, counted_modseq)
    SELECT ${organizationId}, ${userId}, folder_id, role, name_index, sort_order, true, modseq, modseq, modseq
    FROM unnest(${folderRoles.map(() => newId())}::uuid[], ${[...folderRoles]}::text[], ${indexes}::bytea[],
      ${folderRoles.map((_, at) => (at + 1) * 10)}::integer[], ${journal.take('mailbox', folderRoles.length)}::bigint[])
      AS given (folder_id, role, name_index, sort_order, modseq)`.execute(tx);
}

/** Siblings whose names differ only in case are the same to people. */
function nameIndex(
  keyring: Keyring,
  organizationId: AccountRef['organizationId'],
  name: string,
): Promise<Buffer> {
  return keyring.blindIndex(organizationId, namePurpose, name.normalize('NFC').toLowerCase());
}

export type WritableFolder = Pick<Folder, 'folderId' | 'parentId' | 'name' | 'sortOrder' | 'isSubscribed'>;

export async function insertFolder(
  tx: Tx,
  keyring: Keyring,
  journal: Journal,
  folder: WritableFolder,
): Promise<void> {
  const { organizationId, userId } = journal.account;
  const modseq = journal.next('mailbox');
  await sql`
    INSERT INTO mailbox.folder (organization_id, user_id, folder_id, parent_id, name_sealed, name_index, sort_order,
      is_subscribed, created_modseq, updated_modseq, counted_modseq)
    VALUES (${organizationId}, ${userId}, ${folder.folderId}, ${folder.parentId},
      ${await keyring.seal(organizationId, namePurpose, folder.name)}, ${await nameIndex(keyring, organizationId, folder.name)},
      ${folder.sortOrder}, ${folder.isSubscribed}, ${modseq}, ${modseq}, ${modseq})`.execute(tx);
}

/** `hasRole`: its name is that of the role and stays. */
export async function updateFolder(
  tx: Tx,
  keyring: Keyring,
  journal: Journal,
  folder: WritableFolder,
  hasRole: boolean,
): Promise<void> {
  const { organizationId, userId } = journal.account;
  const name = hasRole
    ? sql``
    : sql`name_sealed = ${await keyring.seal(organizationId, namePurpose, folder.name)},
          name_index = ${await nameIndex(keyring, organizationId, folder.name)},`;
  await sql`
    UPDATE mailbox.folder SET ${name} parent_id = ${folder.parentId}, sort_order = ${folder.sortOrder},
      is_subscribed = ${folder.isSubscribed}, updated_modseq = ${journal.next('mailbox')}
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND folder_id = ${folder.folderId}`.execute(
    tx,
  );
}

export async function destroyFolder(tx: Tx, journal: Journal, folderId: FolderId): Promise<void> {
  const { organizationId, userId } = journal.account;
  await sql`
    UPDATE mailbox.folder SET destroyed_modseq = ${journal.next('mailbox')}, name_sealed = NULL, name_index = NULL
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND folder_id = ${folderId}`.execute(
    tx,
  );
}
