import type { MessageId, OrganizationId, ThreadId } from '#contract/ids.ts';
import type { MessageContent } from '#contract/messages.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Statement, Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Jobs } from '#platform/jobs/jobs.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import { createMessageParser } from '#protocols/mime/index.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';
import { blobKeyOf } from './content-names.ts';
import { deleteBlob, destroyContent, type DestroyReason } from './destroy-content.ts';
import { contentDestroyedEvent } from './events.ts';
import { indexMessages } from './index-messages.ts';
import { openIntake, type IntakeOptions, type MessageIntake } from './intake.ts';
import { selectFacts, selectThread, type MessageFacts } from './message-store.ts';
import type { IntakeReceipt, NewMessage, StoredMessage } from './message.ts';
import { readHeader, type StoredHeader } from './read-header.ts';
import { readAttachment, readContent, type AttachmentContent } from './read-content.ts';
import { openRawStream, readRaw } from './read-raw.ts';
import { createTogetherReader } from './read-together.ts';
import { searchMessages, type MessageQuery } from './search-messages.ts';
import { storeMessages, storingOf } from './store-messages.ts';
import { summarizeMessages, type MessageSummary } from './summarize-messages.ts';
import { sweepBlobs } from './sweep-blobs.ts';

export interface MessagesPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly jobs: Pick<Jobs, 'define' | 'schedule'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly log: Logger;
}

export interface MessagesModule {
  /** Encrypts a message while it streams in. */
  openIntake(organizationId: OrganizationId, options: IntakeOptions): MessageIntake;
  /** The intake of a message that is in memory already. Throws as `MessageIntake.finish`. */
  fromRaw(
    organizationId: OrganizationId,
    raw: Buffer,
    options?: Partial<IntakeOptions>,
  ): Promise<IntakeReceipt>;
  /**
   * Forgets a receipt that will not be stored; without this its blob goes within two days. Not after
   * DatabaseUnavailable: a commit whose answer was lost may have happened, and the blob be a stored message's.
   */
  discard(receipt: IntakeReceipt): Promise<void>;
  store(tx: Tx, messages: readonly NewMessage[]): Promise<StoredMessage[]>;
  /**
   * `store` for `Database.commitTogether`, of one organisation; null where a message refers to others. Where it fails
   * with a unique violation, `store` has the answer.
   */
  storing(messages: readonly NewMessage[]): Promise<Statement[] | null>;
  readRaw(organizationId: OrganizationId, messageId: MessageId): Promise<Buffer>;
  /** `readRaw` for those who read many side by side: they share look-ups. */
  readTogether(organizationId: OrganizationId, messageId: MessageId): Promise<Buffer>;
  openRawStream(organizationId: OrganizationId, messageId: MessageId): AsyncIterable<Buffer>;
  /** The header alone, in the caller's transaction, which must be a tenant's. Throws MessagesError 'not-found', 'gone'. */
  readHeader(tx: Tx, messageId: MessageId): Promise<StoredHeader>;
  /** Sanitised, and read in a worker thread. Throws MessagesError 'not-found', 'gone', 'unreadable-message', 'reading-busy'. */
  readContent(organizationId: OrganizationId, messageId: MessageId): Promise<MessageContent>;
  /** Throws as `readContent`. */
  readAttachment(
    organizationId: OrganizationId,
    messageId: MessageId,
    partId: string,
  ): Promise<AttachmentContent>;
  /** Newest first. A message is found from about a second after it was stored. `tx` must be a tenant's. */
  search(tx: Tx, organizationId: OrganizationId, query: MessageQuery): Promise<MessageId[]>;
  /** `tx` must be a tenant's. */
  summaries(tx: Tx, messageIds: readonly MessageId[]): Promise<MessageSummary[]>;
  /** Of those that the organisation has, in no particular order. `tx` must be a tenant's. */
  facts(tx: Tx, messageIds: readonly MessageId[]): Promise<MessageFacts[]>;
  /** Oldest first. `tx` must be a tenant's. */
  thread(tx: Tx, threadId: ThreadId): Promise<MessageId[]>;
  /** `tx` must be a tenant's. */
  destroyContent(
    tx: Tx,
    messageId: MessageId,
    why: { readonly because: DestroyReason; readonly actor: Actor },
  ): Promise<boolean>;
  /** Indexing: previews and search. */
  readonly loops: readonly Loop[];
  /** Ends the threads that read messages. */
  close(): Promise<void>;
  /** Deletes blobs that belong to nothing; also runs every night. Answers how many. */
  sweepBlobs(): Promise<number>;
}

export function createMessagesModule(ports: MessagesPorts): MessagesModule {
  const { database, keyring, blobs, outbox, jobs, log } = ports;
  const parser = createMessageParser();
  const reading = { ...ports, parser };
  const index = createLoop({
    name: 'messages.index',
    everyMs: 500,
    // Search may lag behind a burst of mail; accepting it may not.
    patienceMs: 2_000,
    trickles: true,
    runOnce: () => indexMessages(reading),
    log,
  });
  const sweep = () => sweepBlobs({ database, blobs, machineTime: () => new Date() });

  outbox.subscribe(contentDestroyedEvent, 'messages.delete-blob', (_tx, { organizationId, data }) =>
    deleteBlob(blobs, organizationId, data.contentId),
  );
  jobs.define('messages.sweep-blobs', async () => {
    log.info('messages.blobs-swept', { count: await sweep() });
  });
  jobs.schedule('messages.sweep-blobs', '17 3 * * *');

  const together = createTogetherReader(ports);
  return {
    openIntake: (organizationId, options) => openIntake(ports, organizationId, options),
    async fromRaw(organizationId, raw, options) {
      const intake = openIntake(ports, organizationId, { limitBytes: raw.length, ...options });
      await intake.write(raw);
      return intake.finish();
    },
    async discard({ organizationId, contentId, content }) {
      if (content === null) await blobs.delete(blobKeyOf(organizationId, contentId));
    },
    async store(tx, messages) {
      const stored = await storeMessages(tx, ports, messages);
      index.nudge();
      return stored;
    },
    storing: (messages) => storingOf(ports, messages),
    readRaw: (organizationId, messageId) => readRaw(ports, organizationId, messageId),
    readTogether: (organizationId, messageId) => together({ organizationId, messageId }),
    openRawStream: (organizationId, messageId) => openRawStream(ports, organizationId, messageId),
    readHeader: (tx, messageId) => readHeader(tx, ports, messageId),
    readContent: (organizationId, messageId) => readContent(reading, organizationId, messageId),
    readAttachment: (organizationId, messageId, partId) =>
      readAttachment(reading, organizationId, messageId, partId),
    search: (tx, organizationId, query) => searchMessages(tx, keyring, organizationId, query),
    summaries: (tx, messageIds) => summarizeMessages(tx, keyring, messageIds),
    facts: selectFacts,
    thread: selectThread,
    destroyContent: (tx, messageId, why) => destroyContent(tx, ports, messageId, why),
    loops: [index],
    close: () => parser.close(),
    sweepBlobs: sweep,
  };
}
