import * as z from 'zod';
import type { MessageId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';
import {
  JmapMethodError,
  readArguments,
  UnsignedInt,
  UtcDate,
  type JsonObject,
} from '#protocols/jmap/index.ts';
import type { FolderId } from './account.ts';
import { parseKeyword } from './keyword.ts';

const FolderIdText = z.string();
const Keyword = z.string().transform((text, context) => {
  const keyword = parseKeyword(text);
  if (keyword === null) context.addIssue({ code: 'custom', message: 'is no keyword' });
  return keyword ?? '';
});
const Words = z.string().min(1).max(1_000);

/** The conditions of RFC 8621 §4.4.1 that this server knows. `bcc` and `header` are not: they are in no index. */
export const EmailCondition = z.strictObject({
  inMailbox: FolderIdText.optional(),
  inMailboxOtherThan: z.array(FolderIdText).max(1_000).optional(),
  before: UtcDate.optional(),
  after: UtcDate.optional(),
  minSize: UnsignedInt.max(2 ** 31 - 1).optional(),
  maxSize: UnsignedInt.max(2 ** 31 - 1).optional(),
  allInThreadHaveKeyword: Keyword.optional(),
  someInThreadHaveKeyword: Keyword.optional(),
  noneInThreadHaveKeyword: Keyword.optional(),
  hasKeyword: Keyword.optional(),
  notKeyword: Keyword.optional(),
  hasAttachment: z.boolean().optional(),
  text: Words.optional(),
  from: Words.optional(),
  to: Words.optional(),
  cc: Words.optional(),
  subject: Words.optional(),
  body: Words.optional(),
});

export type EmailCondition = z.output<typeof EmailCondition>;

/** Conditions that words must be looked up for. */
export const wordFields = ['text', 'from', 'to', 'cc', 'subject', 'body'] as const;
export type WordField = (typeof wordFields)[number];

/** A condition with its words looked up: only facts of rows remain. */
export interface RowCondition extends Omit<EmailCondition, WordField | 'inMailbox' | 'inMailboxOtherThan'> {
  readonly inMailbox?: FolderId | undefined;
  readonly inMailboxOtherThan?: readonly FolderId[] | undefined;
  /** For each word condition, the messages that it holds for. */
  readonly found: readonly (readonly MessageId[])[];
}

export function readEmailCondition(condition: JsonObject): EmailCondition {
  if (Object.hasOwn(condition, 'bcc') || Object.hasOwn(condition, 'header'))
    throw new JmapMethodError('unsupportedFilter');
  return readArguments(EmailCondition, condition);
}

/** An id that is none of ours names no folder: nothing is in it. */
export function toFolderId(text: string): FolderId {
  return (isUuid(text) ? text : '00000000-0000-0000-0000-000000000000') as FolderId;
}
