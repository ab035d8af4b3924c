import type { MessageCategory } from '#contract/messages.ts';

/** RFC 8620 §1.2 */
export type Id = string;

/** The parts of RFC 8620 §2 that are used here. */
export interface JmapSession {
  apiUrl: string;
  downloadUrl: string;
  uploadUrl: string;
  eventSourceUrl: string;
  state: string;
  username: string;
  primaryAccounts: Record<string, Id>;
  capabilities: Record<string, unknown>;
}

export type MailboxRole = 'inbox' | 'archive' | 'drafts' | 'sent' | 'trash' | 'junk';

/** RFC 8621 §2 */
export interface Mailbox {
  id: Id;
  name: string;
  role: MailboxRole | null;
  sortOrder: number;
  totalEmails: number;
  unreadEmails: number;
  totalThreads: number;
  unreadThreads: number;
}

/** RFC 8621 §4.1.2.3 */
export interface EmailAddress {
  name: string | null;
  email: string;
}

/** Who wrote a message, as far as that is proven: verdicts of RFC 8601. */
export interface SenderCodes {
  /** How the domain in From is proven; null when it is not. */
  proof: 'policy' | 'same-domain' | 'sealer' | null;
  /** Why it is not. */
  doubt: 'no-author' | 'several-authors' | 'contradicted' | 'unproven' | 'unknown' | null;
  spf: 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';
  /** One a signature. */
  dkim: ('pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror')[];
  dmarc: 'pass' | 'fail' | 'none' | 'temperror' | 'permerror';
  policy: 'none' | 'quarantine' | 'reject' | null;
  arc: 'none' | 'pass' | 'fail';
}

/** How a message came into the mailbox; `words` are for people. */
export interface Arrival {
  how: 'smtp' | 'internal' | 'portal' | 'system';
  /** Whether the last step to us was encrypted. */
  encrypted: boolean;
  words: string;
  /** What its encryption and signature are worth, if it has any. */
  opened?: readonly { tone: 'safe' | 'plain' | 'risk'; words: string }[];
  /** Null where it is no question, or was not asked. */
  sender: SenderCodes | null;
}

/** RFC 8621 §4.1.4 */
export interface EmailBodyPart {
  partId: string | null;
  blobId: Id | null;
  size: number;
  name: string | null;
  type: string;
  disposition: string | null;
  cid: string | null;
}

/** What a list shows of a message. */
export interface EmailSummary {
  id: Id;
  threadId: Id;
  mailboxIds: Record<Id, boolean>;
  keywords: Record<string, boolean>;
  receivedAt: string;
  from: EmailAddress[] | null;
  to: EmailAddress[] | null;
  subject: string | null;
  preview: string;
  hasAttachment: boolean;
  'carepost:arrival'?: Arrival | null;
  'carepost:category'?: MessageCategory | null;
}

/** What the reading pane shows. */
export interface Email extends EmailSummary {
  cc: EmailAddress[] | null;
  bcc: EmailAddress[] | null;
  replyTo: EmailAddress[] | null;
  sentAt: string | null;
  messageId: string[] | null;
  inReplyTo: string[] | null;
  references: string[] | null;
  size: number;
  attachments: EmailBodyPart[];
  textBody: EmailBodyPart[];
  htmlBody: EmailBodyPart[];
  bodyValues: Record<string, { value: string; isTruncated: boolean }>;
  'carepost:safeHtml'?: string | null;
}

export interface Thread {
  id: Id;
  emailIds: Id[];
}

/** RFC 8621 §6 */
export interface Identity {
  id: Id;
  name: string;
  email: string;
}

export interface EmailFilter {
  inMailbox?: Id;
  text?: string;
  hasKeyword?: string;
  notKeyword?: string;
  hasAttachment?: boolean;
}

export interface SetError {
  type: string;
  description?: string | null;
  properties?: string[];
}

interface GetArgs {
  ids?: Id[] | null;
  '#ids'?: ResultReference;
  properties?: string[];
}

interface GetResult<T> {
  state: string;
  list: T[];
  notFound: Id[];
}

interface SetArgs {
  ifInState?: string;
  create?: Record<string, object>;
  update?: Record<Id, object>;
  destroy?: Id[];
}

export interface SetResult {
  oldState: string | null;
  newState: string;
  created: Record<string, { id: Id; [property: string]: unknown }> | null;
  updated: Record<Id, unknown> | null;
  destroyed: Id[] | null;
  notCreated: Record<string, SetError> | null;
  notUpdated: Record<Id, SetError> | null;
  notDestroyed: Record<Id, SetError> | null;
}

interface ChangesArgs {
  sinceState: string;
  maxChanges?: number;
}

export interface ChangesResult {
  oldState: string;
  newState: string;
  hasMoreChanges: boolean;
  created: Id[];
  updated: Id[];
  destroyed: Id[];
}

/** RFC 8620 §3.7 */
export interface ResultReference {
  resultOf: string;
  name: string;
  path: string;
}

/** The methods that the workspace calls, each with what it takes and answers. */
export interface JmapMethods {
  'Mailbox/get': [GetArgs, GetResult<Mailbox>];
  'Identity/get': [GetArgs, GetResult<Identity>];
  'Thread/get': [GetArgs, GetResult<Thread>];
  'Email/get': [
    GetArgs & {
      bodyProperties?: string[];
      fetchTextBodyValues?: boolean;
      fetchHTMLBodyValues?: boolean;
      maxBodyValueBytes?: number;
    },
    GetResult<Email>,
  ];
  'Email/query': [
    {
      filter?: EmailFilter | null;
      sort?: { property: string; isAscending: boolean }[];
      collapseThreads?: boolean;
      position?: number;
      limit?: number;
      calculateTotal?: boolean;
    },
    { queryState: string; position: number; ids: Id[]; total?: number },
  ];
  'Email/changes': [ChangesArgs, ChangesResult];
  'Email/set': [SetArgs, SetResult];
  'EmailSubmission/set': [
    SetArgs & { onSuccessUpdateEmail?: Record<Id, object>; onSuccessDestroyEmail?: Id[] },
    SetResult,
  ];
}

export type MethodName = keyof JmapMethods;
