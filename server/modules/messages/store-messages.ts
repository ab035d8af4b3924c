import type { Clock } from '#platform/clock/clock.ts';
import type { Statement, Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { messageStored } from './events.ts';
import { beginThreads, findThreads } from './find-threads.ts';
import { insertMessages, messageInsertion } from './message-store.ts';
import type { NewMessage, StoredMessage } from './message.ts';

export interface StorePorts {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'publishMany' | 'publishing'>;
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
  const threads = await findThreads(tx, keyring, messages.map(threaded));
  const storedAt = clock.now();
  await Promise.all([
    insertMessages(tx, messages, threads, storedAt),
    outbox.publishMany(tx, messageStored, messages.map(told)),
  ]);
  return messages.flatMap(({ messageId }, index) => {
    const threadId = threads[index];
    return threadId === undefined ? [] : [{ messageId, threadId, storedAt }];
  });
}

/**
 * What stores a batch of one organisation, for `Database.commitTogether`; null where a message refers to others,
 * whose threads have to be looked up. It fails with a unique violation where a Message-ID is known already, or an id
 * is taken: then `storeMessages` has the answer.
 */
export async function storingOf(
  { keyring, clock, outbox }: StorePorts,
  messages: readonly NewMessage[],
): Promise<Statement[] | null> {
  const begun = await beginThreads(keyring, messages.map(threaded));
  if (begun === null) return null;
  return [
    messageInsertion(messages, begun.threads, clock.now(), { links: begun.links }),
    ...outbox.publishing(messageStored, messages.map(told)),
  ];
}

const threaded = ({ organizationId, intake }: NewMessage) => ({ organizationId, headers: intake.headers });

const told = ({ organizationId, messageId }: NewMessage) => ({ organizationId, data: { messageId } });
