import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId, UserId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { createOpenPgp, writeEncryptedEntity } from '#protocols/openpgp/index.ts';
import { mainRoad } from '../../../../test/support/main-road.ts';
import { openAgain } from './closed-store.ts';
import { messageOpened } from './events.ts';
import { keepOwnKey } from './own-keys.ts';

const road = await mainRoad();
const openpgp = createOpenPgp();
test.after(() => openpgp.close());
const clinic = await road.newOrganizationWithStaff();
const { organizationId } = clinic;
const { userId, email } = await clinic.addUser('nurse', 'clinician');
const told: { messageId: MessageId; originalId: MessageId; finding: unknown; again?: true }[] = [];
road.outbox.subscribe(messageOpened, 'test.told', async (_tx, { data }) => void told.push(data));

async function give(): Promise<Uint8Array> {
  const made = await openpgp.run('generate', { name: '', address: email, at: road.clock.now() });
  if (!made.ok) throw new Error(made.problem);
  const { facts, key, secretKey } = made.answer;
  await road.database.inTenant(organizationId, (tx) =>
    keepOwnKey(
      tx,
      road,
      { organizationId, userId, address: email },
      {
        kind: 'openpgp',
        material: Buffer.from(key),
        secret: Buffer.from(secretKey),
        ...facts,
      },
    ),
  );
  return key;
}

async function receive(raw: Buffer, recipients: UserId[] = [userId]): Promise<(typeof told)[number]> {
  const messageId = newId<MessageId>();
  const intake = await road.messages.fromRaw(organizationId, raw);
  await road.database.inTenant(organizationId, async (tx) => {
    await road.messages.store(tx, [
      { messageId, organizationId, intake, direction: 'inbound', category: 'administrative' },
    ]);
    await road.keys.openLater(tx, [
      { organizationId, messageId, recipientUserIds: recipients, arrival: {}, receivedAt: road.clock.now() },
    ]);
  });
  for (const loop of road.keys.loops) await loop.runUntilIdle();
  await road.outbox.loop.runUntilIdle();
  const found = told.find(({ originalId }) => originalId === messageId);
  ok(found);
  return found;
}

const header = (more = '') =>
  `From: <partner@verified.test>\r\nTo: <${email}>\r\nSubject: [...]\r\n${more}MIME-Version: 1.0\r\n`;
const inner =
  'Subject: Inside\r\nFrom: <partner@verified.test>\r\nContent-Type: text/plain; hp="cipher"\r\n\r\nA planted result.\r\n';

test('what was under the protection is shown, once, and goes together with what came', async () => {
  const key = await give();
  const encrypted = await openpgp.run('encrypt', {
    content: Buffer.from(inner),
    to: key,
    signWith: null,
    at: road.clock.now(),
  });
  ok(encrypted.ok);
  const raw = Buffer.from(`${header()}${writeEncryptedEntity(encrypted.answer).toString()}`);
  const { messageId, originalId, finding } = await receive(raw);
  deepEqual(finding, { kind: 'openpgp', encryption: 'decrypted', signature: 'none', headers: 'protected' });
  const shown = (await road.messages.readRaw(organizationId, messageId)).toString();
  ok(shown.includes('Subject: Inside') && shown.includes('A planted result.') && !shown.includes('[...]'));
  deepEqual(await road.messages.readRaw(organizationId, originalId), raw);
  for (const loop of road.keys.loops) equal(await loop.runUntilIdle(), 0);
  equal(told.filter((each) => each.originalId === originalId).length, 1);

  const actor = { kind: 'system', part: 'test' } as const;
  await road.database.inTenant(organizationId, (tx) =>
    road.messages.destroyContent(tx, messageId, { because: 'erased', actor }),
  );
  await road.outbox.loop.runUntilIdle();
  for (const gone of [messageId, originalId])
    await rejects(road.messages.readRaw(organizationId, gone), { code: 'gone' });
});

test('what cannot be opened comes as it is', async () => {
  const stranger = await openpgp.run('generate', { name: '', address: 'x@y.test', at: road.clock.now() });
  ok(stranger.ok);
  const encrypted = await openpgp.run('encrypt', {
    content: Buffer.from(inner),
    to: stranger.answer.key,
    signWith: null,
    at: road.clock.now(),
  });
  ok(encrypted.ok);
  const raw = Buffer.from(`${header()}${writeEncryptedEntity(encrypted.answer).toString()}`);
  const { messageId, originalId, finding } = await receive(raw);
  equal(messageId, originalId);
  deepEqual(finding, { kind: 'openpgp', encryption: 'no-key', signature: 'none', headers: 'unprotected' });
});

test('what could not be opened is opened when a key is brought later, once, and with another key not', async () => {
  const colleague = await clinic.addUser('colleague', 'clinician');
  const [theirs, wrong] = await Promise.all(
    [colleague.email, colleague.email].map((address) =>
      openpgp.run('generate', { name: '', address, at: road.clock.now() }),
    ),
  );
  ok(theirs?.ok && wrong?.ok);
  const encrypted = await openpgp.run('encrypt', {
    content: Buffer.from(inner),
    to: theirs.answer.key,
    signWith: null,
    at: road.clock.now(),
  });
  ok(encrypted.ok);
  const raw = Buffer.from(`${header()}${writeEncryptedEntity(encrypted.answer).toString()}`);
  const closed = await receive(raw, [colleague.userId]);
  equal(closed.messageId, closed.originalId);

  const bring = async ({ key, secretKey, facts }: typeof theirs.answer) => {
    const owner = { organizationId, userId: colleague.userId, address: colleague.email };
    const pair = {
      ...facts,
      kind: 'openpgp',
      material: Buffer.from(key),
      secret: Buffer.from(secretKey),
    } as const;
    const tried = await road.database.inTenant(organizationId, async (tx) => {
      await keepOwnKey(tx, road, owner, pair);
      return openAgain(tx, { ...owner, kind: 'openpgp', now: road.clock.now() });
    });
    for (const loop of road.keys.loops) await loop.runUntilIdle();
    await road.outbox.loop.runUntilIdle();
    return { tried, told: told.filter(({ originalId }) => originalId === closed.originalId) };
  };
  const still = await bring(wrong.answer);
  deepEqual([still.tried, still.told.length], [1, 1]);
  const now = await bring(theirs.answer);
  deepEqual([now.tried, now.told.length], [1, 2]);
  const [, opened] = now.told;
  ok(opened?.again === true && opened.messageId !== closed.messageId);
  ok((await road.messages.readRaw(organizationId, opened.messageId)).includes('A planted result.'));
  deepEqual(await road.messages.readRaw(organizationId, closed.messageId), raw);
  const more = await bring(theirs.answer);
  deepEqual([more.tried, more.told.length], [0, 2]);
});

test('ciphertext among other parts is not looked for', async () => {
  const around = `${header()}Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<img src="https://evil.test/\r\n--x\r\n${writeEncryptedEntity('abc').toString()}\r\n--x--\r\n`;
  const { finding } = await receive(Buffer.from(around));
  equal(finding, null);
});
