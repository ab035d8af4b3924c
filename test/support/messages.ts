import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createAuditModule } from '#modules/audit/index.ts';
import { createMessagesModule, type MessagesModule } from '#modules/messages/index.ts';
import { openBlobStore, type BlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import { createOutbox, type Outbox } from '#platform/events/outbox.ts';
import { silentLogger } from '#platform/log/log.ts';
import { testClock } from './clock.ts';
import type { TestDatabase } from './database.ts';

export interface TestMessages {
  readonly messages: MessagesModule;
  readonly outbox: Outbox;
  readonly blobs: BlobStore;
  /** Where the blobs lie. */
  readonly blobFolder: string;
  readonly clock: Clock;
}

/** The messages module on a test database, with real blobs in a folder that goes with the test. */
export async function testMessages(db: TestDatabase, clock: Clock = testClock()): Promise<TestMessages> {
  const blobFolder = await mkdtemp(join(tmpdir(), 'carepost-blobs-'));
  after(() => rm(blobFolder, { recursive: true, force: true }));
  const blobs = await openBlobStore(undefined, blobFolder);
  const { database, keyring } = db;
  const outbox = createOutbox({ database, clock, log: silentLogger });
  const audit = createAuditModule({ database, keyring, clock, log: silentLogger });
  const jobs = { define: () => undefined, schedule: () => undefined };
  const messages = createMessagesModule({
    database,
    keyring,
    blobs,
    clock,
    outbox,
    jobs,
    audit,
    log: silentLogger,
  });
  after(() => messages.close());
  return { messages, outbox, blobs, blobFolder, clock };
}
