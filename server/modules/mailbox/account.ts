import type { Id, OrganizationId, UserId } from '#contract/ids.ts';

export type FolderId = Id<'folder'>;
export type UploadId = Id<'upload'>;

/** Whose mail: one account a user. Shared mailboxes will be accounts of their own. */
export interface AccountRef {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
}

/** What a client can follow by /changes. */
export type Kind = 'mailbox' | 'email' | 'thread' | 'submission';

/** The number of the newest change of each kind. */
export type AccountStates = Readonly<Record<Kind, number>>;
