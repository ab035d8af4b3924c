import { randomUUID } from 'node:crypto';
import { MessageCategory } from '#contract/messages.ts';
import { MessagesError, type IntakeReceipt } from '#modules/messages/index.ts';
import {
  invalidProperties,
  readEmailDraft,
  writeMailDate,
  writeMessage,
  type DraftBlob,
  type JsonObject,
  type SetError,
} from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { formatUtcDate } from './describe-emails.ts';
import type { MailboxPorts } from './ports.ts';
import { readBlob } from './read-blob.ts';

/** A draft that is written and encrypted, but not stored yet. */
export interface WrittenDraft {
  readonly intake: IntakeReceipt;
  readonly category: MessageCategory;
}

export type WriteOutcome =
  | { readonly ok: true; readonly draft: WrittenDraft }
  | { readonly ok: false; readonly error: SetError };

/** Drafts say nothing of what they are for until their writer does; this one may be sent by every role. */
const defaultCategory: MessageCategory = 'administrative';

/**
 * Writes the message that an Email object describes; `object` is without mailboxIds, keywords and
 * receivedAt. Reads blobs, so not within a transaction. Whoever does not store the draft discards it.
 */
export async function writeDraft(
  ports: MailboxPorts,
  account: AccountRef,
  object: JsonObject,
): Promise<WriteOutcome> {
  const { 'carepost:category': given, ...email } = object;
  const category = MessageCategory.safeParse(given ?? defaultCategory);
  if (!category.success) return refuse(invalidProperties(['carepost:category']));
  const outcome = readEmailDraft(email);
  if (!outcome.ok) return outcome;
  const { messageSizeLimit } = await ports.organizations.settingsOf(account.organizationId);
  const blobs = await gatherBlobs(ports, account, outcome.draft.blobIds, messageSizeLimit);
  if (!blobs.ok) return blobs;
  const raw = writeMessage(outcome.draft, {
    blobs: blobs.found,
    messageId: `${randomUUID()}@${await domainOf(ports, account)}`,
    date: writeMailDate(formatUtcDate(ports.clock.now())) ?? '',
  });
  if (raw.length > messageSizeLimit) return refuse({ type: 'tooLarge', maxSize: messageSizeLimit });
  try {
    return {
      ok: true,
      draft: { intake: await ports.messages.fromRaw(account.organizationId, raw), category: category.data },
    };
  } catch (error) {
    if (error instanceof MessagesError && error.code === 'too-large') return refuse({ type: 'tooLarge' });
    throw error;
  }
}

async function gatherBlobs(
  ports: MailboxPorts,
  account: AccountRef,
  blobIds: readonly string[],
  limitBytes: number,
): Promise<
  | { readonly ok: true; readonly found: Map<string, DraftBlob> }
  | { readonly ok: false; readonly error: SetError }
> {
  const found = new Map<string, DraftBlob>();
  const notFound: string[] = [];
  let bytes = 0;
  for (const blobId of new Set(blobIds)) {
    const blob = await readBlob(ports, account, blobId);
    if (blob === null) {
      notFound.push(blobId);
      continue;
    }
    const content = Buffer.concat(await Array.fromAsync(blob.content));
    bytes += content.length;
    if (bytes > limitBytes) return refuse({ type: 'tooLarge', maxSize: limitBytes });
    found.set(blobId, { content, type: blob.type });
  }
  return notFound.length > 0 ? refuse({ type: 'blobNotFound', notFound }) : { ok: true, found };
}

/** What follows the "@" of a Message-ID: the domain that the user writes from. */
async function domainOf(
  { database, identity }: MailboxPorts,
  { organizationId, userId }: AccountRef,
): Promise<string> {
  const [address] = await database.inTenant(organizationId, (tx) => identity.mailAddressesOf(tx, userId));
  return address?.slice(address.lastIndexOf('@') + 1) ?? 'localhost';
}

function refuse(error: SetError): { readonly ok: false; readonly error: SetError } {
  return { ok: false, error };
}
