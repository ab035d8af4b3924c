// Every message in and out is copied to the archive of its organisation, behind the mail itself and never weaker.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { createReceptionModule } from './index.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const desk = await clinic.addUser('desk', 'front-desk');
const stranger = await other.addUser('stranger', 'clinician');
const authority = await testAuthority();
const module = createReceptionModule({
  ...road,
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
  trusted: [],
  openScan: null,
});
const mx = await module.listen('mx', {
  host: '127.0.0.1',
  port: 0,
  certificate: await authority.issue('mx.clinic.test'),
});
after(() => mx.close(0));

const archive = 'archive@verified.test';
const journalTo = (journalAddress: string) =>
  road.organizations.change({
    organizationId: clinic.organizationId,
    change: { settings: { journalAddress } },
    actor: { kind: 'user', userId: clinic.administratorId },
  });
const copies = (address = archive) => road.lab.inbox.messagesFor(address);
/** As one report has it: the lines of its text. */
const linesOf = (raw: Buffer) => raw.toString().replaceAll('=3D', '=');

async function receive(to: string, fields = ''): Promise<string> {
  const client = await RawSmtp.open(mx.port);
  await client.hello();
  let last = '';
  for (const line of [
    'MAIL FROM:<patient@outside.test>',
    `RCPT TO:<${to}>`,
    'DATA',
    `From: patient@outside.test\r\nTo: ${to}\r\nSubject: in\r\n${fields}\r\nwords-that-came\r\n.`,
  ])
    last = await client.ask(line);
  client.destroy();
  return last;
}

test('outgoing and incoming mail, and mail between organisations, each once and with its envelope', async () => {
  await journalTo(archive);
  await road.send({
    organization: clinic,
    from: nurse,
    to: ['a@verified.test'],
    bcc: ['hidden@verified.test'],
  });
  assert.match(await receive(nurse.email), /^250 /);
  await road.send({ organization: other, from: stranger, to: [desk.email] });
  await road.settle();
  const [out, came, across] = [
    copies().find(({ raw }) => raw.includes('Direction: outgoing')),
    copies().find(({ raw }) => raw.includes('words-that-came')),
    copies().find(({ raw }) => raw.includes(`Sender: ${stranger.email}`)),
  ];
  assert.equal(copies().length, 3);
  assert.ok(out !== undefined && came !== undefined && across !== undefined);
  assert.match(linesOf(out.raw), new RegExp(`^Sender: ${nurse.email}\r\n`, 'm'));
  assert.match(linesOf(out.raw), /^To: a@verified\.test\r\nBcc: hidden@verified\.test\r\n/m);
  assert.match(linesOf(came.raw), new RegExp(`^Recipient: ${nurse.email}\r\nDirection: incoming\r\n`, 'm'));
  assert.match(came.raw.toString(), /^Authentication-Results: /m);
  assert.match(linesOf(across.raw), new RegExp(`^Recipient: ${desk.email}\r\n`, 'm'));
  assert.ok(copies().every(({ tls }) => tls !== null));
  assert.ok(!road.lab.inbox.messagesFor('a@verified.test').some(({ raw }) => raw.includes('hidden@')));
});

test('reports that come back, and mail to the archive itself, are not copied again', async () => {
  const before = copies().length;
  const [report] = copies();
  const [, messageId = ''] = /^Message-ID: (<[^>]+>)/im.exec(report?.raw.toString() ?? '') ?? [];
  assert.match(messageId, /^<journal\./);
  assert.match(await receive(nurse.email, `Message-ID: ${messageId}\r\n`), /^250 /);
  await road.send({ organization: clinic, from: nurse, to: [archive] });
  await road.settle();
  assert.equal(copies().length, before + 1, 'the message to it, and no copy');
  const forged = messageId.replace(/\.[0-9a-f]{32}@/, `.${'0'.repeat(32)}@`);
  assert.match(await receive(nurse.email, `Message-ID: ${forged}\r\n`), /^250 /);
  await road.settle();
  assert.equal(copies().length, before + 2, 'who only says so is copied');
});

test('without verified TLS copies wait, never in the portal and never in the way; in the end for a person', async () => {
  await journalTo('archive@notls.test');
  const messageId = await road.send({ organization: clinic, from: nurse, to: ['care@verified.test'] });
  await road.settle();
  assert.equal(
    (await road.journey(clinic.organizationId, messageId, 'care@verified.test')).state,
    'delivered',
  );
  assert.equal(copies('archive@notls.test').length, 0);
  const states = async () => {
    const { rows } = await road.database.inTenant(clinic.organizationId, (tx) =>
      sql<{ state: string; reason: string }>`
        SELECT state, reason FROM delivery.delivery WHERE lane = 'journal' AND state <> 'delivered'`.execute(
        tx,
      ),
    );
    return rows;
  };
  assert.deepEqual(await states(), [{ state: 'deferred', reason: 'tls-needed' }]);
  for (let hours = 0; hours < 130; hours += 4) {
    road.clock.advance(4 * 3_600_000);
    await road.settle();
  }
  assert.deepEqual(await states(), [{ state: 'held', reason: 'archive-refused' }]);
  assert.equal(copies('archive@notls.test').length, 0, 'neither copy nor notice');
});

test('an address that no copy could go to is refused by the setting, with the reason', async () => {
  const doubt = (address: string) => road.protection.journalDoubt(clinic.organizationId, address);
  assert.equal(await doubt('archive@verified.test'), null);
  assert.match((await doubt('archive@notls.test')) ?? '', /\./);
  assert.match((await doubt(nurse.email)) ?? '', /at this server/);
  assert.match((await doubt('archive@selfsigned.test')) ?? 'none', /\./);
});
