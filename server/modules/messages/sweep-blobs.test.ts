import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';
import { sweepBlobs } from './sweep-blobs.ts';

const db = await testDatabase();
const { messages, blobs } = await testMessages(db);
const { database } = db;
const large = Buffer.concat([Buffer.from('Subject: large\r\n\r\n'), Buffer.alloc(200_000)]);
const keys = async () => (await Array.fromAsync(blobs.list('messages/'))).map(({ key }) => key).sort();

describe('sweepBlobs', () => {
  it('removes what belongs to nothing once it is old, and nothing else', async () => {
    const [one, two] = [db.newOrganization(), db.newOrganization()];
    const kept = await messages.fromRaw(one, large);
    await database.inTenant(one, (tx) =>
      messages.store(tx, [
        {
          messageId: newId<MessageId>(),
          organizationId: one,
          intake: kept,
          direction: 'inbound',
          category: 'clinical',
        },
      ]),
    );
    await messages.fromRaw(one, large);
    await messages.fromRaw(two, large);
    const before = await keys();
    assert.equal(before.length, 3);
    assert.equal(await messages.sweepBlobs(), 0);
    const inTwoDays = () => new Date(Date.now() + 48 * 3600 * 1000);
    assert.equal(await sweepBlobs({ database, blobs, machineTime: inTwoDays }), 2);
    assert.deepEqual(await keys(), [`messages/${one}/${kept.contentId}`]);
  });
});
