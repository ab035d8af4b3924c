import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { MessageContent } from '#contract/messages.ts';
import { newId } from '#platform/ids.ts';
import { composeMessage } from '#protocols/mime/index.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';
import { blobKeyOf } from './content-names.ts';

const db = await testDatabase();
const { messages, outbox, blobs } = await testMessages(db);
const settle = async () => {
  for (const loop of [outbox.loop, ...messages.loops]) await loop.runUntilIdle();
};

async function store(organizationId: OrganizationId, raw: Buffer | string) {
  const messageId = newId<MessageId>();
  const intake = await messages.fromRaw(organizationId, Buffer.from(raw));
  await db.database.inTenant(organizationId, (tx) =>
    messages.store(tx, [{ messageId, organizationId, intake, direction: 'inbound', category: 'clinical' }]),
  );
  return { messageId, contentId: intake.contentId };
}
const summaryOf = async (organizationId: OrganizationId, messageId: MessageId) =>
  (await db.database.inTenant(organizationId, (tx) => messages.summaries(tx, [messageId])))[0]!;

const letter = await composeMessage({
  from: { name: 'Ann', address: 'ann@x.test' },
  to: [{ address: 'b@y.test' }],
  subject: 'Café',
  text: 'Dear you,\n\n> quoted\n\nall is well.',
  html: '<p onclick="x">all is <b>well</b></p><img src="https://t.test/pixel.gif">',
  attachments: [{ filename: 'result.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') }],
  messageId: '1@x',
  date: new Date('2026-06-01T08:00:00Z'),
});

describe('readContent', () => {
  it('answers what a person reads', async () => {
    const organizationId = db.newOrganization();
    const { messageId } = await store(organizationId, letter);
    const content = await messages.readContent(organizationId, messageId);
    assert.deepEqual(MessageContent.parse(content), content);
    const [attachment] = content.attachments;
    assert.deepEqual(
      [
        content.subject,
        content.from,
        content.date,
        content.messageIdHeader,
        content.blockedRemote,
        attachment?.filename,
      ],
      ['Café', [{ name: 'Ann', address: 'ann@x.test' }], '2026-06-01T08:00:00.000Z', '1@x', 1, 'result.pdf'],
    );
    assert.match(content.html ?? '', /^<p>all is <b>well<\/b><\/p><img data-remote-src=/);
    const { content: bytes, contentType } = await messages.readAttachment(
      organizationId,
      messageId,
      attachment!.partId,
    );
    assert.deepEqual([bytes.toString(), contentType], ['%PDF', 'application/pdf']);
    await assert.rejects(messages.readAttachment(organizationId, messageId, '7'), { code: 'not-found' });
  });
  it('answers a bomb with a clear error, and gives out the raw message all the same', async () => {
    const organizationId = db.newOrganization();
    const raw = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`;
    const { messageId } = await store(organizationId, raw);
    await assert.rejects(messages.readContent(organizationId, messageId), { code: 'unreadable-message' });
    assert.equal((await messages.readRaw(organizationId, messageId)).toString(), raw);
  });
  it('keeps organisations apart', async () => {
    const { messageId } = await store(db.newOrganization(), letter);
    const other = db.newOrganization();
    await assert.rejects(messages.readContent(other, messageId), { code: 'not-found' });
    await assert.rejects(messages.readAttachment(other, messageId, '1'), { code: 'not-found' });
  });
});

describe('indexing', () => {
  it('adds preview and attachment mark a moment later', async () => {
    const organizationId = db.newOrganization();
    const { messageId } = await store(organizationId, letter);
    assert.equal((await summaryOf(organizationId, messageId)).preview, '');
    await settle();
    const summary = await summaryOf(organizationId, messageId);
    assert.deepEqual([summary.preview, summary.hasAttachment], ['Dear you, all is well.', true]);
  });
  it('does not stumble over what cannot be parsed', async () => {
    const organizationId = db.newOrganization();
    const raw = `Subject: bomb\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`;
    const { messageId } = await store(organizationId, raw);
    await settle();
    assert.equal((await summaryOf(organizationId, messageId)).subject, 'bomb');
    const found = await db.database.inTenant(organizationId, (tx) =>
      messages.search(tx, organizationId, { text: 'bomb', limit: 5 }),
    );
    assert.deepEqual(found, [messageId]);
  });
});

describe('search', () => {
  it('finds all words, in any order, newest first, and only in its own organisation', async () => {
    const [mine, theirs] = [db.newOrganization(), db.newOrganization()];
    const { messageId: first } = await store(mine, letter);
    const { messageId: second } = await store(mine, 'Subject: cafe\r\nFrom: Ann <ann@x.test>\r\n\r\nnothing');
    await store(theirs, letter);
    await settle();
    const search = (text: string, within?: MessageId[], limit = 10) =>
      db.database.inTenant(mine, (tx) =>
        messages.search(tx, mine, { text, limit, ...(within && { within }) }),
      );
    assert.deepEqual(await search('CAFÉ'), [second, first]);
    assert.deepEqual(await search('café', undefined, 1), [second]);
    assert.deepEqual(await search('well cafe'), [first]);
    assert.deepEqual(await search('ann@x.test'), [second, first]);
    assert.deepEqual(await search('result.pdf'), [first]);
    assert.deepEqual(await search('cafe', [first]), [first]);
    assert.deepEqual(await search('cafe', []), []);
    assert.deepEqual(await search('absent cafe'), []);
    assert.deepEqual(await search(' -- '), []);
  });
  it('uses the index under row level security', async () => {
    const organizationId = db.newOrganization();
    const { rows } = await db.database.inTenant(organizationId, async (tx) => {
      await sql`SET LOCAL enable_seqscan = off`.execute(tx);
      return sql<Record<string, string>>`EXPLAIN SELECT message_id FROM messages.search_token
        WHERE organization_id = platform.current_organization() AND token = 5 ORDER BY message_id DESC LIMIT 5`.execute(
        tx,
      );
    });
    assert.match(JSON.stringify(rows), /Index Cond: \(\(organization_id = .* AND \(token = 5\)/);
  });
  it('finds nothing of what was destroyed', async () => {
    const organizationId = db.newOrganization();
    const { messageId } = await store(organizationId, letter);
    const { messageId: unindexed } = await store(organizationId, letter);
    const destroy = (id: MessageId) =>
      db.database.inTenant(organizationId, (tx) =>
        messages.destroyContent(tx, id, { because: 'erased', actor: { kind: 'system', part: 'test' } }),
      );
    await destroy(unindexed);
    await settle();
    await destroy(messageId);
    const { rows } = await db.database.inTenant(organizationId, (tx) =>
      sql`SELECT message_id FROM messages.search_token UNION SELECT message_id FROM messages.digest`.execute(
        tx,
      ),
    );
    assert.deepEqual(rows, []);
  });
});

describe('blobs of messages', () => {
  const large = Buffer.concat([Buffer.from('Subject: large\r\n\r\n'), randomBytes(300_000)]);

  it('cannot be changed or exchanged without notice', async () => {
    const organizationId = db.newOrganization();
    const [one, other] = [await store(organizationId, large), await store(organizationId, large)];
    const swapped = await Array.fromAsync(blobs.read(blobKeyOf(organizationId, other.contentId)));
    await blobs.write(blobKeyOf(organizationId, one.contentId), yielding(swapped));
    await assert.rejects(messages.readRaw(organizationId, one.messageId), { code: 'sealed-value-damaged' });
    const cut = Buffer.concat(swapped).subarray(0, -1);
    await blobs.write(blobKeyOf(organizationId, other.contentId), yielding([cut]));
    await assert.rejects(messages.readRaw(organizationId, other.messageId), { code: 'sealed-value-damaged' });
  });
  it('go when their message is destroyed', async () => {
    const organizationId = db.newOrganization();
    const { messageId } = await store(organizationId, large);
    await db.database.inTenant(organizationId, (tx) =>
      messages.destroyContent(tx, messageId, { because: 'erased', actor: { kind: 'system', part: 'test' } }),
    );
    await settle();
    assert.deepEqual(await Array.fromAsync(blobs.list(`messages/${organizationId}/`)), []);
  });
});

async function* yielding(pieces: Buffer[]) {
  yield* pieces;
}
