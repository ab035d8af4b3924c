import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageId, OrganizationId, ThreadId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';

const db = await testDatabase();
const { messages } = await testMessages(db);

interface Given {
  id?: string;
  replyTo?: string;
  references?: string[];
}

async function store(organizationId: OrganizationId, ...batch: Given[]): Promise<ThreadId[]> {
  const built = await Promise.all(
    batch.map(async ({ id, replyTo, references }) => {
      const lines = [
        'Subject: Your results',
        ...(id === undefined ? [] : [`Message-ID: <${id}>`]),
        ...(replyTo === undefined ? [] : [`In-Reply-To: <${replyTo}>`]),
        ...(references === undefined
          ? []
          : [`References: ${references.map((ancestor) => `<${ancestor}>`).join('\r\n ')}`]),
      ];
      const intake = await messages.fromRaw(organizationId, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
      return {
        messageId: newId<MessageId>(),
        organizationId,
        intake,
        direction: 'inbound',
        category: 'clinical',
      } as const;
    }),
  );
  const stored = await db.database.inTenant(organizationId, (tx) => messages.store(tx, built));
  return stored.map(({ threadId }) => threadId);
}

describe('threads', () => {
  it('follow In-Reply-To and References', async () => {
    const organizationId = db.newOrganization();
    const [first] = await store(organizationId, { id: '1' });
    const [second] = await store(organizationId, { id: '2', replyTo: '1' });
    const [third] = await store(organizationId, { id: '3', references: ['1', '2'] });
    assert.deepEqual([second, third], [first, first]);
  });
  it('do not follow subjects', async () => {
    const organizationId = db.newOrganization();
    const threads = await store(organizationId, { id: '1' }, { id: '2' }, {});
    assert.equal(new Set(threads).size, 3);
  });
  it('come together within one batch', async () => {
    const threads = await store(
      db.newOrganization(),
      { id: '1' },
      { id: '2', replyTo: '1' },
      { id: '3', references: ['1', '2'] },
    );
    assert.equal(new Set(threads).size, 1);
  });
  it('come together when the answer comes first', async () => {
    const organizationId = db.newOrganization();
    const [answer] = await store(organizationId, { id: '2', replyTo: '1' });
    const [question] = await store(organizationId, { id: '1' });
    assert.equal(question, answer);
  });
  it('bind those that name the same message, which never came', async () => {
    const organizationId = db.newOrganization();
    const [one] = await store(organizationId, { id: '2', replyTo: 'elsewhere' });
    const [other] = await store(organizationId, { id: '3', replyTo: 'elsewhere' });
    assert.equal(other, one);
  });
  it('take the nearest ancestor', async () => {
    const organizationId = db.newOrganization();
    const [first, second] = await store(organizationId, { id: '1' }, { id: '2' });
    assert.deepEqual(await store(organizationId, { id: '3', references: ['1', '2'] }), [second]);
    assert.deepEqual(await store(organizationId, { id: '4', replyTo: '1', references: ['1', '2'] }), [first]);
  });
  it('find the beginning of a long one', async () => {
    const organizationId = db.newOrganization();
    const [first] = await store(organizationId, { id: '0' });
    const references = Array.from({ length: 150 }, (_, index) => String(index));
    assert.deepEqual(await store(organizationId, { id: 'last', references }), [first]);
  });
  it('hold messages that bear the same Message-ID, each of them', async () => {
    const organizationId = db.newOrganization();
    const threads = [
      ...(await store(organizationId, { id: '1' }, { id: '1' })),
      ...(await store(organizationId, { id: '1' })),
    ];
    assert.equal(new Set(threads).size, 1);
    const members = await db.database.inTenant(organizationId, (tx) => messages.thread(tx, threads[0]!));
    assert.equal(members.length, 3);
  });
  it('come together when answers arrive at the same moment', async () => {
    const organizationId = db.newOrganization();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => store(organizationId, { id: `answer-${index}`, replyTo: 'q' })),
    );
    assert.equal(new Set(answers.flat()).size, 1);
  });
  it('survive a message that names itself', async () => {
    const organizationId = db.newOrganization();
    const [first] = await store(organizationId, { id: '1', replyTo: '1', references: ['1'] });
    assert.deepEqual(await store(organizationId, { id: '2', replyTo: '1' }), [first]);
  });
});
