import type { OrganizationId } from '#contract/ids.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Database } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
import { blobKeyOf, blobPrefix } from './content-names.ts';
import { selectUnusedContents } from './message-store.ts';
import type { ContentId } from './message.ts';

/** A blob younger than this may belong to a message that is just coming in. */
const youngMs = 24 * 3600 * 1000;
const batchSize = 500;

export interface SweepPorts {
  readonly database: Database;
  readonly blobs: BlobStore;
  /**
   * The time by which blobs are dated: the machine's, not the product's. If the lab moved this one, blobs
   * of messages on their way in would look old.
   */
  readonly machineTime: () => Date;
}

/**
 * Deletes blobs that no readable message owns: left by a crash between blob and commit, or of destroyed
 * messages. Answers how many.
 */
export async function sweepBlobs({ database, blobs, machineTime }: SweepPorts): Promise<number> {
  const youngest = machineTime().getTime() - youngMs;
  const candidates = new Map<OrganizationId, ContentId[]>();
  let removed = 0;

  async function flush(organizationId: OrganizationId): Promise<void> {
    const contentIds = candidates.get(organizationId) ?? [];
    candidates.delete(organizationId);
    const unused = await database.inTenant(organizationId, (tx) => selectUnusedContents(tx, contentIds));
    for (const contentId of unused) {
      await blobs.delete(blobKeyOf(organizationId, contentId));
      removed += 1;
    }
  }

  for await (const { key, modifiedAt } of blobs.list(blobPrefix)) {
    if (modifiedAt.getTime() > youngest) continue;
    const [, organization = '', content = ''] = key.split('/');
    if (!isUuid(organization) || !isUuid(content)) continue;
    const organizationId = organization as OrganizationId;
    const waiting = candidates.get(organizationId) ?? [];
    waiting.push(content as ContentId);
    candidates.set(organizationId, waiting);
    if (waiting.length >= batchSize) await flush(organizationId);
  }
  for (const organizationId of candidates.keys()) await flush(organizationId);
  return removed;
}
