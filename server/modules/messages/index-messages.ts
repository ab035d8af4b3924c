import type { BlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import { digestMessage, type DigestPorts } from './digest-message.ts';
import { insertDigests, type Digest } from './digest-store.ts';
import { claimUnindexed, deleteUnindexed, type Unindexed } from './index-store.ts';
import { openMessage } from './read-raw.ts';

/** Messages of one run. Contents in rows are at most 128 KiB, others are read one after the other. */
const batchSize = 32;
/** A message that could not be indexed comes again after this time, then after twice as long. */
const firstRetryMs = 60_000;

export interface IndexPorts extends DigestPorts {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/**
 * Reads the bodies of messages that came since the last run. No transaction is open while a message is
 * read; what is written twice, because a server died in between, is written the same. Answers how many.
 */
export async function indexMessages(ports: IndexPorts): Promise<number> {
  const { database, clock } = ports;
  const claimed = await database.acrossTenants((tx) =>
    claimUnindexed(tx, clock.now(), batchSize, firstRetryMs),
  );
  if (claimed.length === 0) return 0;
  const present = claimed.filter((message) => message.wrapped_key !== null); // others were destroyed meanwhile
  const digests: Array<Digest | null> = await Promise.all(
    present.filter((message) => message.content !== null).map((message) => tryDigest(ports, message)),
  );
  for (const message of present) if (message.content === null) digests.push(await tryDigest(ports, message));
  const done = digests.filter((digest) => digest !== null);
  const gone = claimed.filter((message) => message.wrapped_key === null);
  await database.acrossTenants(async (tx) => {
    await insertDigests(tx, done);
    await deleteUnindexed(tx, [
      ...done,
      ...gone.map(({ organization_id: organizationId, message_id: messageId }) => ({
        organizationId,
        messageId,
      })),
    ]);
  });
  return done.length + gone.length;
}

async function tryDigest(ports: IndexPorts, message: Unindexed): Promise<Digest | null> {
  try {
    return await digestMessage(ports, await openMessage(ports, message));
  } catch (error) {
    ports.log.warn('messages.not-indexed', {
      messageId: message.message_id,
      attempt: message.attempts,
      error,
    });
    return null;
  }
}
