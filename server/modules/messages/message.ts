import type { Id, MessageId, OrganizationId, ThreadId, UserId } from '#contract/ids.ts';
import type { HeaderMailbox, MessageCategory, MessageDirection } from '#contract/messages.ts';
import type { EssentialHeaders } from '#protocols/mime/index.ts';

/** Names a message's content in its authenticated data and its blob; minted when the first byte comes. */
export type ContentId = Id<'content'>;

/** A message that is encrypted and safe to store, but not stored yet. Discard it when it never will be. */
export interface IntakeReceipt {
  readonly organizationId: OrganizationId;
  readonly contentId: ContentId;
  /** Bytes as stored, after the header was edited. */
  readonly sizeBytes: number;
  /** In the clear, for routing; never to be logged or stored. */
  readonly headers: EssentialHeaders;
  readonly wrappedKey: Buffer;
  /** Sealed MessageSummaryFields. */
  readonly summary: Buffer;
  /** Sealed content, or null when it went to the blob store. */
  readonly content: Buffer | null;
  /** What stands before the content in the blob store, sealed; null when nothing does. */
  readonly lead: Buffer | null;
}

export interface NewMessage {
  readonly messageId: MessageId;
  readonly organizationId: OrganizationId;
  readonly intake: IntakeReceipt;
  readonly direction: MessageDirection;
  readonly category: MessageCategory;
  /** The user who wrote it; absent when it came from outside or from the system. */
  readonly authorId?: UserId;
}

export interface StoredMessage {
  readonly messageId: MessageId;
  readonly threadId: ThreadId;
  readonly storedAt: Date;
}

/** What lists show, as it is sealed with the message. At most `summaryLimits`. */
export interface MessageSummaryFields {
  readonly subject: string;
  readonly from: readonly HeaderMailbox[];
  readonly to: readonly HeaderMailbox[];
  readonly cc: readonly HeaderMailbox[];
}

const summaryLimits = { subjectCharacters: 1000, mailboxesPerField: 50 };

export function summaryOf(headers: EssentialHeaders): MessageSummaryFields {
  const some = (mailboxes: readonly HeaderMailbox[]) => mailboxes.slice(0, summaryLimits.mailboxesPerField);
  return {
    subject: headers.subject.slice(0, summaryLimits.subjectCharacters),
    from: some(headers.from),
    to: some(headers.to),
    cc: some(headers.cc),
  };
}
