// Debian's clamd with a signature of our own, before the MX and the submission port; what it finds, and what becomes of it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openScan } from '#protocols/clamd/index.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { startClamd } from '../../../test/support/clamd.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { holdInbound } from './hold-inbound.ts';
import { createReceptionModule, received } from './index.ts';
import { selectHeld } from './quarantine-store.ts';
import { deleteHeld, expireHeld, releaseHeld } from './settle-held.ts';

const clamd = await startClamd();
after(() => clamd[Symbol.asyncDispose]());
const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;
const by = { actor: { kind: 'user' as const, userId: clinic.administratorId } };

const events: { messageId: MessageId; arrival: object }[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void events.push(data));
const ports = {
  ...road,
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
  trusted: [],
  openScan: () => openScan({ path: clamd.path }),
};
const module = createReceptionModule(ports);
const certificate = await (await testAuthority()).issue('mx.clinic.test');
const mx = await module.listen('mx', { host: '127.0.0.1', port: 0, certificate });
const submissions = await module.listen('submissions', { host: '127.0.0.1', port: 0, certificate });
after(() => Promise.all([mx.close(0), submissions.close(0)]));

const plain = Buffer.from(`Subject: s\r\n\r\n${clamd.virus.text}\r\n`);
const attached = Buffer.from(
  [
    'Subject: s',
    'MIME-Version: 1.0',
    'Content-Type: application/octet-stream; name="a.bin"',
    'Content-Disposition: attachment; filename="a.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`....${clamd.virus.text}....`).toString('base64'),
    '',
  ].join('\r\n'),
);
const clean = Buffer.from('Subject: s\r\n\r\nAll is well.\r\n');

async function fromOutside(content: Buffer): Promise<string> {
  const opened = await openSmtpConnection({
    host: 'mx.clinic.test',
    address: '127.0.0.1',
    port: mx.port,
    localName: 'mail.outside.test',
    tls: { use: 'required' },
  });
  assert.ok(opened.ok);
  const outcome = await opened.connection.send({
    from: 'patient@outside.test',
    recipients: [nurse.email],
    content,
  });
  await opened.connection.quit();
  assert.ok(outcome.kind === 'answered');
  const reply = outcome.recipients[0]?.reply;
  return `${reply?.code} ${reply?.enhanced}`;
}

const held = (of = organizationId) =>
  road.database.inTenant(of, (tx) => selectHeld(tx, road.keyring, of, undefined, 100));

async function hold(): Promise<MessageId> {
  assert.equal(await fromOutside(plain), '250 2.0.0');
  const messageId = (await held()).at(-1)?.messageId;
  assert.ok(messageId !== undefined);
  return messageId;
}

test('clean mail comes in; infected mail is refused, also within an attachment, and nothing of it stays', async () => {
  assert.equal(await fromOutside(clean), '250 2.0.0');
  assert.equal(await fromOutside(plain), '550 5.7.1');
  assert.equal(await fromOutside(attached), '550 5.7.1');
  assert.equal(
    await fromOutside(Buffer.concat([clean, Buffer.alloc(20_000_000, 'x\r\n'), plain])),
    '550 5.7.1',
  );
  await road.settle();
  assert.equal(events.length, 1);
  assert.deepEqual(await held(), []);
});

test('what our users hand over is looked at too, and always refused', async () => {
  const { password } = await road.identity.createAppPassword(
    { organizationId, userId: nurse.userId, name: 'a program' },
    { actor: { kind: 'user', userId: nurse.userId } },
  );
  const client = await RawSmtp.open(submissions.port, true);
  await client.hello();
  await client.ask(`AUTH PLAIN ${Buffer.from(`\0${nurse.email}\0${password}`).toString('base64')}`);
  await client.ask(`MAIL FROM:<${nurse.email}>`);
  await client.ask('RCPT TO:<a@verified.test>');
  await client.ask('DATA');
  assert.match(await client.ask(`From: <${nurse.email}>\r\n${plain.toString()}.`), /^550 5\.7\.1 .*virus/);
  client.destroy();
});

describe('held for a person, where the organisation wants that', { concurrency: 1 }, () => {
  test('not delivered, not lost, named in words; nothing of it is another organisation’s', async () => {
    await road.organizations.change({
      organizationId,
      change: { settings: { infectedMail: 'quarantine' } },
      ...by,
    });
    const messageId = await hold();
    await road.settle();
    assert.equal(events.length, 1, 'nobody was told');
    const [message] = await held();
    assert.deepEqual(
      [message?.messageId, message?.reason, message?.detail, message?.envelopeFrom, message?.recipients],
      [messageId, 'virus', clamd.virus.signature, 'patient@outside.test', [nurse.email]],
    );
    assert.deepEqual(await held(other.organizationId), []);
    const kinds = new Set(road.recorded.map(({ kind }) => kind));
    assert.ok(kinds.has('message.quarantined') && !kinds.has('quarantine.released'));
  });

  test('released: delivered once, with its history; who did it is on record', async () => {
    const messageId = await hold();
    await assert.rejects(releaseHeld(ports, { organizationId: other.organizationId, messageId }, by), {
      code: 'not-found',
    });
    await releaseHeld(ports, { organizationId, messageId }, by);
    await road.settle();
    const [event, ...more] = events.filter((each) => each.messageId === messageId);
    assert.equal(more.length, 0);
    assert.partialDeepStrictEqual(event?.arrival, { how: 'smtp', heldBack: { reason: 'virus' } });
    await assert.rejects(releaseHeld(ports, { organizationId, messageId }, by), { code: 'not-found' });
    await assert.rejects(deleteHeld(ports, { organizationId, messageId }, by), { code: 'not-found' });
    const recorded = road.recorded.find(({ kind }) => kind === 'quarantine.released');
    assert.deepEqual(recorded?.actor, by.actor);
  });

  test('deleted: its content is destroyed', async () => {
    const messageId = await hold();
    await deleteHeld(ports, { organizationId, messageId }, by);
    await assert.rejects(road.messages.readRaw(organizationId, messageId), { code: 'gone' });
  });

  test('nobody decided in time: destroyed; a day before that it is still there', async () => {
    const messageId = await hold();
    road.clock.advance(29 * 86_400_000);
    await expireHeld(ports);
    assert.ok((await held()).some((each) => each.messageId === messageId));
    road.clock.advance(86_400_000);
    assert.ok((await expireHeld(ports)) >= 1);
    assert.deepEqual(await held(), []);
    await assert.rejects(road.messages.readRaw(organizationId, messageId), { code: 'gone' });
  });

  test('held for its sender’s sake (DMARC): the same way in and out', async () => {
    const messageId = await hold();
    const [first] = await held();
    assert.ok(first !== undefined);
    await deleteHeld(ports, { organizationId, messageId }, by);
    await holdInbound(
      ports,
      {
        ...first,
        forwards: [],
        senderProven: false,
        returning: null,
        messageId: crypto.randomUUID() as MessageId,
        intake: await road.messages.fromRaw(organizationId, clean),
        client: 'mail.outside.test',
        ip: '192.0.2.1',
      },
      { reason: 'authentication', detail: 'bank.example' },
    );
    assert.deepEqual(
      (await held()).map(({ reason, detail }) => [reason, detail]),
      [['authentication', 'bank.example']],
    );
  });
});

test('the scanner away: 451, nothing is taken unseen', async () => {
  await clamd.stop();
  assert.equal(await fromOutside(clean), '451 4.7.1');
});
