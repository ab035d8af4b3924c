import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { messageStored } from './events.ts';
import { findThreads } from './find-threads.ts';
import { insertMessages } from './message-store.ts';
import type { NewMessage, StoredMessage } from './message.ts';

export interface StorePorts {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'publishMany'>;
}

/**
 * Stores a batch in the caller's transaction, of one organisation or, across tenants, of several.
 * A handful of statements however many messages. The caller records in the audit log why they came.
 * Throws MessagesError 'conflict' when a message id is taken.
 */
export async function storeMessages(
  tx: Tx,
  ports: StorePorts,
  messages: readonly NewMessage[],
): Promise<StoredMessage[]> {
  if (messages.length === 0) return [];
  const { keyring, clock, outbox } = ports;
  const threads = await findThreads(
    tx,
    keyring,
    messages.map(({ organizationId, intake }) => ({ organizationId, headers: intake.headers })),
  );
  const storedAt = clock.now();
  await Promise.all([
    insertMessages(tx, messages, threads, storedAt),
    outbox.publishMany(
      tx,
      messageStored,
      messages.map(({ organizationId, messageId }) => ({ organizationId, data: { messageId } })),
    ),
  ]);
  return messages.flatMap(({ messageId }, index) => {
    const threadId = threads[index];
    return threadId === undefined ? [] : [{ messageId, threadId, storedAt }];
  });
}
