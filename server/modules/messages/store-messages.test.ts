import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { isUniqueViolation } from '#platform/database/unique-violation.ts';
import { newId } from '#platform/ids.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';
import type { NewMessage } from './message.ts';

const db = await testDatabase();
const { messages } = await testMessages(db);

async function given(organizationId: OrganizationId, header: string, body = 'Hello'): Promise<NewMessage> {
  const raw = Buffer.from(`${header.replaceAll('\n', '\r\n')}\r\n\r\n${body}`);
  return {
    messageId: newId<MessageId>(),
    organizationId,
    intake: await messages.fromRaw(organizationId, raw),
    direction: 'outbound',
    category: 'clinical',
  };
}
async function store(...batch: NewMessage[]) {
  return db.database.inTenant(batch[0]!.organizationId, (tx) => messages.store(tx, batch));
}

describe('store', () => {
  it('gives back what it took, and lists it', async () => {
    const organizationId = db.newOrganization();
    const message = await given(
      organizationId,
      'From: Ann Lee <ann@x.test>\nTo: b@y.test, c@y.test\nSubject: =?utf-8?q?caf=C3=A9?=\nMessage-ID: <1@x>',
    );
    const [stored] = await store(message);
    const raw = await messages.readRaw(organizationId, message.messageId);
    assert.match(raw.toString(), /^From: Ann Lee[\s\S]*\r\n\r\nHello$/);
    const [summary] = await db.database.inTenant(organizationId, (tx) =>
      messages.summaries(tx, [newId(), message.messageId]),
    );
    assert.deepEqual(summary, {
      messageId: message.messageId,
      organizationId,
      threadId: stored!.threadId,
      direction: 'outbound',
      category: 'clinical',
      authorId: null,
      subject: 'café',
      from: [{ name: 'Ann Lee', address: 'ann@x.test' }],
      to: [
        { name: '', address: 'b@y.test' },
        { name: '', address: 'c@y.test' },
      ],
      cc: [],
      preview: '',
      hasAttachment: false,
      sizeBytes: raw.length,
      storedAt: stored!.storedAt,
      destroyed: false,
    });
  });

  it('refuses an id that is taken, and stores nothing of the batch', async () => {
    const organizationId = db.newOrganization();
    const first = await given(organizationId, 'Subject: a');
    const second = await given(organizationId, 'Subject: b');
    await store(first);
    await assert.rejects(store(second, { ...second, messageId: first.messageId }), { code: 'conflict' });
    await assert.rejects(messages.readRaw(organizationId, second.messageId), { code: 'not-found' });
  });

  it('stores without waiting what refers to nothing, and says so when that cannot be', async () => {
    const organizationId = db.newOrganization();
    const threadOf = async ({ messageId }: NewMessage) =>
      (await db.database.inTenant(organizationId, (tx) => messages.facts(tx, [messageId])))[0]?.threadId;
    const store = async (...batch: NewMessage[]) => {
      const statements = await messages.storing(batch);
      assert.ok(statements);
      await db.database.commitTogether(organizationId, statements);
    };
    const [first, second, twin, nameless] = await Promise.all(
      ['Message-ID: <1@x>', 'Message-ID: <2@x>', 'Message-ID: <1@x>', 'Subject: none'].map((header) =>
        given(organizationId, header),
      ),
    );
    assert.ok(first && second && twin && nameless);
    await store(first, second, twin, nameless);
    const threads = await Promise.all([first, second, twin, nameless].map(threadOf));
    assert.equal(threads[0], threads[2]);
    assert.equal(new Set(threads).size, 3);
    assert.match((await messages.readRaw(organizationId, twin.messageId)).toString(), /<1@x>/);

    const late = await given(organizationId, 'Message-ID: <2@x>');
    const fresh = await given(organizationId, 'Message-ID: <3@x>');
    await assert.rejects(store(fresh, late), isUniqueViolation);
    assert.equal(await threadOf(fresh), undefined);
    assert.equal(await messages.storing([fresh, await given(organizationId, 'In-Reply-To: <1@x>')]), null);
  });

  it('lets another organisation see nothing', async () => {
    const [mine, theirs] = [db.newOrganization(), db.newOrganization()];
    const message = await given(mine, 'Subject: a\nMessage-ID: <1@x>');
    const [stored] = await store(message);
    await assert.rejects(messages.readRaw(theirs, message.messageId), { code: 'not-found' });
    await db.database.inTenant(theirs, async (tx) => {
      assert.deepEqual(await messages.summaries(tx, [message.messageId]), []);
      assert.deepEqual(await messages.thread(tx, stored!.threadId), []);
    });
    const [answer] = await store(await given(theirs, 'In-Reply-To: <1@x>'));
    assert.notEqual(answer!.threadId, stored!.threadId);
  });

  it('takes a batch of several organisations across tenants', async () => {
    const batch = await Promise.all([1, 2, 3].map(() => given(db.newOrganization(), 'Message-ID: <1@x>')));
    const stored = await db.database.acrossTenants((tx) => messages.store(tx, batch));
    assert.equal(new Set(stored.map(({ threadId }) => threadId)).size, 3);
    for (const { organizationId, messageId } of batch) await messages.readRaw(organizationId, messageId);
  });
});

describe('immutability', () => {
  it('refuses a change and a deletion, also to the owner of the database', async () => {
    const organizationId = db.newOrganization();
    const message = await given(organizationId, 'Subject: a');
    await store(message);
    const change = (statement: string) =>
      db.database.inTenant(organizationId, (tx) => sql.raw(statement).execute(tx));
    for (const set of [
      "category = 'billing'",
      'thread_id = gen_random_uuid()',
      "content = 'x'",
      'size_bytes = 1',
      "summary = 'x'",
    ]) {
      await assert.rejects(change(`UPDATE messages.message SET ${set}`), /cannot be changed/, set);
    }
    await assert.rejects(
      change(
        "UPDATE messages.message SET wrapped_key = NULL, summary = NULL, content = NULL, destroyed_at = now(), destroyed_because = 'x', category = 'billing'",
      ),
      /cannot be changed/,
    );
    await assert.rejects(change('DELETE FROM messages.message'), /permission denied/);
  });
});

describe('destroyContent', () => {
  it('ends the content, keeps the row, and says so only once', async () => {
    const organizationId = db.newOrganization();
    const message = await given(organizationId, 'Subject: a');
    await store(message);
    const destroy = () =>
      db.database.inTenant(organizationId, (tx) =>
        messages.destroyContent(tx, message.messageId, {
          because: 'expired',
          actor: { kind: 'system', part: 'test' },
        }),
      );
    assert.equal(await destroy(), true);
    assert.equal(await destroy(), false);
    await assert.rejects(messages.readRaw(organizationId, message.messageId), { code: 'gone' });
    const [summary] = await db.database.inTenant(organizationId, (tx) =>
      messages.summaries(tx, [message.messageId]),
    );
    assert.deepEqual([summary?.destroyed, summary?.subject, summary?.from], [true, '', []]);
    const { rows } = await db.database.inTenant(organizationId, (tx) =>
      sql<{
        left: boolean;
      }>`SELECT coalesce(wrapped_key, summary, content) IS NOT NULL AS left FROM messages.message`.execute(
        tx,
      ),
    );
    assert.deepEqual(rows, [{ left: false }]);
  });
});
