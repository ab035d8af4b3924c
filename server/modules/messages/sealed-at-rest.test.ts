import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import type { MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { composeMessage } from '#protocols/mime/index.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';

const db = await testDatabase();
const { messages, blobFolder } = await testMessages(db);
const run = promisify(execFile);

/** Files that hold one of the texts, whatever the case. */
async function filesWith(texts: string[], folder: string): Promise<string[]> {
  const patterns = texts.flatMap((text) => ['-e', text]);
  const { stdout } = await run('grep', ['-rlaiF', ...patterns, folder], { maxBuffer: 1e8 }).catch(
    (error: { code: number; stdout: string }) => {
      if (error.code === 1 || error.stdout !== '') return error; // nothing found, or files that went meanwhile
      throw error;
    },
  );
  return stdout.split('\n').filter(Boolean);
}

describe('at rest', () => {
  it('no subject, address, name, body, attachment or Message-ID can be found in the files', async () => {
    const organizationId = db.newOrganization();
    const planted = (what: string) => `${what}${randomBytes(6).toString('hex')}`;
    const [subject, address, name, body, attachment, filename, id] = [
      'subject',
      'address',
      'name',
      'body',
      'attachment',
      'file',
      'id',
    ].map(planted) as [string, string, string, string, string, string, string];
    for (const padding of [10, 300_000]) {
      const raw = await composeMessage({
        from: { name, address: `${address}@x.test` },
        to: [{ name, address: `${address}@y.test` }],
        subject,
        text: `${body} ${'x '.repeat(padding)}`,
        attachments: [{ filename, contentType: 'text/plain', content: Buffer.from(attachment) }],
        messageId: `${id}@x.test`,
        inReplyTo: `${id}-parent@x.test`,
        date: new Date(0),
      });
      const messageId = newId<MessageId>();
      const intake = await messages.fromRaw(organizationId, raw);
      await db.database.inTenant(organizationId, (tx) =>
        messages.store(tx, [
          { messageId, organizationId, intake, direction: 'inbound', category: 'clinical' },
        ]),
      );
      for (const loop of messages.loops) await loop.runUntilIdle();
      await db.database.inTenant(organizationId, async (tx) => {
        assert.deepEqual(
          await messages.search(tx, organizationId, { text: body, within: [messageId], limit: 1 }),
          [messageId],
        );
      });
    }
    const control = planted('control');
    const client = new pg.Client(db.connection);
    await client.connect();
    await client.query(`CREATE TABLE control AS SELECT '${control}' AS text`);
    await client.query('CHECKPOINT');
    await client.end();
    assert.notDeepEqual(await filesWith([control], db.serverFolder), [], 'the search itself works');
    const secrets = [subject, address, name, body, attachment, filename, id];
    const hidden = [...secrets, Buffer.from(attachment).toString('base64').slice(0, 16)];
    assert.deepEqual(await filesWith(hidden, db.serverFolder), []);
    assert.deepEqual(await filesWith(hidden, blobFolder), []);
  });
});
