import type { MessageId } from '#contract/ids.ts';
import { MessagesError } from '#modules/messages/index.ts';
import { contentOf, leavesOf, readPartTree } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { parseBlobId } from './blob-id.ts';
import { selectEmails } from './email-store.ts';
import type { MailboxPorts } from './ports.ts';
import { readUpload } from './store-upload.ts';

/** What a blob id of an account leads to. */
export interface Blob {
  /** As its sender declared it. */
  readonly type: string;
  readonly content: AsyncIterable<Buffer>;
  /** The message that it is, or is part of: reading it is reading that. */
  readonly messageId: MessageId | null;
}

type Ports = Pick<MailboxPorts, 'database' | 'keyring' | 'blobs' | 'clock' | 'messages'>;

/** Null for what the account does not have: another's, expired, destroyed, or never one of ours. */
export async function readBlob(ports: Ports, account: AccountRef, blobId: string): Promise<Blob | null> {
  const ref = parseBlobId(blobId);
  if (ref === null) return null;
  if (ref.kind === 'upload') {
    const upload = await readUpload(ports, account, ref.uploadId);
    return upload === null ? null : { ...upload, messageId: null };
  }
  const { messageId } = ref;
  const [email] = await ports.database.inTenant(account.organizationId, (tx) =>
    selectEmails(tx, account, [messageId]),
  );
  if (email === undefined) return null;
  const raw = await readRaw(ports, account, messageId);
  if (raw === null) return null;
  if (ref.kind === 'message') return { type: 'message/rfc822', content: once(raw), messageId };
  const part = leavesOf(readPartTree(raw)).find((each) => each.partId === ref.partId);
  if (part === undefined) return null;
  return { type: part.type, content: once(contentOf(raw, part).content), messageId };
}

async function readRaw(
  ports: Ports,
  { organizationId }: AccountRef,
  messageId: MessageId,
): Promise<Buffer | null> {
  try {
    return await ports.messages.readRaw(organizationId, messageId);
  } catch (error) {
    if (error instanceof MessagesError && error.code === 'gone') return null;
    throw error;
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
