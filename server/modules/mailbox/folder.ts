import type { FolderId } from './account.ts';

/** The folders that every account has, in the order in which they are shown. RFC 8621 §2, IANA "IMAP Mailbox Name Attributes". */
export const folderRoles = ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash'] as const;

export type FolderRole = (typeof folderRoles)[number];

/** What a client that knows no role shows; the workspace names them in the reader's language. */
export const roleNames: Readonly<Record<FolderRole, string>> = {
  inbox: 'Inbox',
  drafts: 'Drafts',
  sent: 'Sent',
  archive: 'Archive',
  junk: 'Junk',
  trash: 'Trash',
};

export const folderLimits = {
  /** Folders of one account. */
  count: 1_000,
  /** Levels below each other. */
  depth: 10,
  /** UTF-8 bytes of a name. */
  nameBytes: 255,
};

export interface Folder {
  readonly folderId: FolderId;
  readonly parentId: FolderId | null;
  readonly role: FolderRole | null;
  readonly name: string;
  readonly sortOrder: number;
  readonly isSubscribed: boolean;
  readonly totalEmails: number;
  readonly unreadEmails: number;
  readonly totalThreads: number;
  readonly unreadThreads: number;
}

/** Whether `candidate` is `folderId` or lies below it. */
export function isWithin(
  folders: readonly Folder[],
  candidate: FolderId | null,
  folderId: FolderId,
): boolean {
  for (let at: FolderId | null = candidate, steps = 0; at !== null && steps <= folders.length; steps += 1) {
    if (at === folderId) return true;
    const current: FolderId = at;
    at = folders.find((folder) => folder.folderId === current)?.parentId ?? null;
  }
  return false;
}

/** Levels down to and including `folderId`: 0 for null. */
export function depthOf(folders: readonly Folder[], folderId: FolderId | null): number {
  let depth = 0;
  for (let at = folderId; at !== null && depth <= folders.length; depth += 1) {
    const current: FolderId = at;
    at = folders.find((folder) => folder.folderId === current)?.parentId ?? null;
  }
  return depth;
}

/** Levels from `folderId` to the deepest below it: 1 when it has none. */
export function heightOf(folders: readonly Folder[], folderId: FolderId): number {
  const children = folders.filter((folder) => folder.parentId === folderId);
  return 1 + Math.max(0, ...children.map((child) => heightOf(folders, child.folderId)));
}
