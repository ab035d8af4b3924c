/** Which messages a list shows. */
export interface ListFilter {
  mailboxId: string;
  /** Words to search for, in this mailbox; empty for all. */
  text: string;
  unreadOnly: boolean;
}

/** Names of everything about mail in the query cache. */
export const mailKeys = {
  mailboxes: ['mail', 'mailboxes'] as const,
  identities: ['mail', 'identities'] as const,
  lists: ['mail', 'list'] as const,
  list: (filter: ListFilter) => ['mail', 'list', filter] as const,
  threads: ['mail', 'thread'] as const,
  thread: (threadId: string) => ['mail', 'thread', threadId] as const,
  draft: (emailId: string) => ['mail', 'draft', emailId] as const,
};
