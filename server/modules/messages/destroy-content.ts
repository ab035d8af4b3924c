import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';
import { contentWasDestroyed } from './audit-trail.ts';
import { blobKeyOf } from './content-names.ts';
import { deleteDigest } from './digest-store.ts';
import { messageNotFound } from './errors.ts';
import { contentDestroyedEvent } from './events.ts';
import { destroyMessage } from './message-store.ts';
import type { ContentId } from './message.ts';

export type DestroyReason =
  | 'expired' // its time was over
  | 'revoked' // its sender took it back
  | 'erased' // a person asked for erasure, or retention ended
  | 'superseded'; // a draft that was saved again, sent or thrown away

export interface DestroyPorts {
  readonly clock: Clock;
  readonly audit: Pick<Audit, 'record'>;
  readonly outbox: Pick<Outbox, 'publish'>;
}

/**
 * Ends the content of a message: its data key, all that was sealed under it, and its search tokens. The
 * message row remains as the record that there was one. The blob goes after the commit.
 * False when it had been destroyed before. Throws MessagesError 'not-found'.
 */
export async function destroyContent(
  tx: Tx,
  { clock, audit, outbox }: DestroyPorts,
  messageId: MessageId,
  why: { readonly because: DestroyReason; readonly actor: Actor },
): Promise<boolean> {
  const { found, destroyed } = await destroyMessage(tx, messageId, why.because, clock.now());
  if (found === null) throw messageNotFound();
  if (!destroyed) return false;
  const { organization_id: organizationId, content_id: contentId } = found;
  await deleteDigest(tx, messageId);
  await contentWasDestroyed(audit, tx, { organizationId, messageId, ...why });
  await outbox.publish(tx, contentDestroyedEvent, organizationId, { messageId, contentId });
  return true;
}

/** Subscriber: takes the blob away once the destruction is committed. */
export async function deleteBlob(
  blobs: BlobStore,
  organizationId: OrganizationId,
  contentId: string,
): Promise<void> {
  await blobs.delete(blobKeyOf(organizationId, contentId as ContentId));
}
