import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';

const db = await testDatabase();
const { messages } = await testMessages(db);
const organizationId = db.newOrganization();
const fields = 'From: nurse@x.test\r\nMessage-ID: <one@x.test>\r\nSubject: s\r\n';

for (const [name, body] of [
  ['in a row', 'Hello'],
  ['in a blob', 'x'.repeat(300_000)],
] as const) {
  test(`the header of a message whose content lies ${name}`, async () => {
    const messageId = newId<MessageId>();
    const intake = await messages.fromRaw(organizationId, Buffer.from(`${fields}\r\n${body}`));
    const header = await db.database.inTenant(organizationId, async (tx) => {
      await messages.store(tx, [
        { messageId, organizationId, intake, direction: 'outbound', category: 'clinical' },
      ]);
      return messages.readHeader(tx, messageId);
    });
    assert.equal(header.raw.toString(), fields, 'read in the transaction that stored it');
    assert.equal(header.headers.messageId, 'one@x.test');
  });
}

test('a message that is not there has none', async () => {
  await assert.rejects(
    db.database.inTenant(organizationId, (tx) => messages.readHeader(tx, newId<MessageId>())),
    { code: 'not-found' },
  );
});
