import type { KeyObject } from 'node:crypto';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Database } from '#platform/database/database.ts';
import { openWith } from '#platform/keyring/aead.ts';
import { KeyringError } from '#platform/keyring/keyring-error.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { openStream } from '#platform/keyring/stream-cipher.ts';
import { blobKeyOf, sealedAs } from './content-names.ts';
import { contentDestroyed, messageNotFound } from './errors.ts';
import { findMessage, type SealedMessage } from './message-store.ts';
import type { ContentId } from './message.ts';

export interface ReadPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
}

/** A message whose key is open. */
export interface OpenedMessage {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly contentId: ContentId;
  readonly key: KeyObject;
  /** In pieces of at most 64 KiB when it lies in the blob store; each is authentic, the whole once it ends. */
  content(): AsyncIterable<Buffer>;
}

/** Throws MessagesError 'gone', KeyringError 'sealed-value-damaged'. */
export async function openMessage(
  { keyring, blobs }: Omit<ReadPorts, 'database'>,
  sealed: SealedMessage,
): Promise<OpenedMessage> {
  const {
    organization_id: organizationId,
    message_id: messageId,
    content_id: contentId,
    wrapped_key: wrapped,
    content,
    lead,
  } = sealed;
  if (wrapped === null) throw contentDestroyed();
  const key = await keyring.openDataKey(organizationId, wrapped);
  return {
    organizationId,
    messageId,
    contentId,
    key,
    async *content() {
      if (lead !== null) yield openPiece(key, sealedAs.lead(contentId), lead);
      if (content !== null) yield openPiece(key, sealedAs.content(contentId), content);
      else
        yield* openStream(key, sealedAs.content(contentId), blobs.read(blobKeyOf(organizationId, contentId)));
    },
  };
}

/** Opens what was sealed under a message's own key. Throws KeyringError 'sealed-value-damaged'. */
export function openPiece(key: KeyObject, name: string, sealed: Buffer): Buffer {
  try {
    return openWith(key, name, sealed);
  } catch (cause) {
    throw new KeyringError('sealed-value-damaged', 'A part of a stored message was changed.', { cause });
  }
}

/**
 * The message byte for byte, as a stream that holds one piece at a time. Throws MessagesError 'not-found'
 * and as `openMessage` at the first piece.
 */
export async function* openRawStream(
  ports: ReadPorts,
  organizationId: OrganizationId,
  messageId: MessageId,
): AsyncGenerator<Buffer> {
  const sealed = await ports.database.inTenant(organizationId, (tx) => findMessage(tx, messageId));
  if (sealed === null) throw messageNotFound();
  yield* (await openMessage(ports, sealed)).content();
}

/** The same in one Buffer. */
export async function readRaw(
  ports: ReadPorts,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<Buffer> {
  return gather(openRawStream(ports, organizationId, messageId));
}

export async function gather(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all = await Array.fromAsync(pieces);
  return all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all);
}
