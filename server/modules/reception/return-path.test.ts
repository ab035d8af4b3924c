import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { signIn } from '#contract/identity.ts';
import { checkDomainDns, rotateDkim } from '#contract/domain-dns.ts';
import { listDomains } from '#contract/domains.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { createReceptionModule, received } from './index.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const { organizationId } = clinic;
const nurse = await clinic.addUser('nurse', 'clinician');
const arrived: { messageId: MessageId; recipientUserIds: readonly string[] }[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void arrived.push(data));

const module = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname: 'mx.carepost.test',
  log: silentLogger,
  metrics: createMetrics(),
});
const certificate = await (await testAuthority()).issue('mx.carepost.test');
const listener = await module.listen('mx', { host: '127.0.0.1', port: 0, certificate });
after(() => listener.close(0));

before(async () => {
  const browser = (await staffApi(road)).caller();
  await browser.call(signIn, { body: { email: clinic.administratorEmail, password: road.password } });
  const { items } = await browser.call(listDomains, { query: { limit: 1 } });
  const params = { domainId: items[0]?.domainId ?? '' };
  road.mxRecords.set(clinic.domain, {
    kind: 'found',
    records: [{ preference: 10, exchange: 'mx.carepost.test' }],
    secure: false,
    ttl: 60,
  });
  for (const { record } of (await browser.call(rotateDkim, { params })).keys)
    road.txtRecords.set(record.name, { kind: 'found', records: [record.value], secure: false, ttl: 60 });
  await browser.call(checkDomainDns, { params });
});

async function fromOutside(to: string, content: string, from: string | null = null): Promise<string> {
  const opened = await openSmtpConnection({
    host: 'mx.carepost.test',
    address: '127.0.0.1',
    port: listener.port,
    localName: 'mail.outside.test',
    tls: { use: 'never' },
  });
  assert.ok(opened.ok);
  const outcome = await opened.connection.send({
    from: from ?? '',
    recipients: [to],
    content: Buffer.from(content),
  });
  await opened.connection.quit();
  assert.ok(outcome.kind === 'answered');
  return outcome.recipients.map(({ reply }) => `${reply.code} ${reply.enhanced}`).join();
}

async function sent(...to: string[]): Promise<{ messageId: MessageId; returnPath: string; raw: string }> {
  const messageId = await road.send({ organization: clinic, from: nurse, to });
  await road.settle();
  const message = road.lab.inbox.messagesFor(to[0] ?? '').at(-1);
  assert.ok(message !== undefined);
  return { messageId, returnPath: message.envelope.from, raw: message.raw.toString('latin1') };
}

function bounceOf(address: string, status = '5.1.1', words = '550 5.1.1 no such user'): string {
  return [
    'From: mailer-daemon@outside.test',
    'Subject: Undelivered Mail Returned to Sender',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.outside.test',
    '',
    `Final-Recipient: rfc822; ${address}`,
    `Action: ${status.startsWith('5') ? 'failed' : 'delayed'}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${words}`,
    '',
    '--b--',
    '',
  ].join('\r\n');
}

const stateOf = async (messageId: MessageId, address: string) =>
  (await road.journey(organizationId, messageId, address)).state;

test('what goes out is signed with both keys, and returns to a signed address', async () => {
  const { returnPath, raw } = await sent('a@verified.test');
  assert.match(raw, /^DKIM-Signature: v=1; a=rsa-sha256;[^]*^DKIM-Signature: v=1; a=ed25519-sha256;/m);
  assert.match(returnPath, new RegExp(`^bounces\\+[a-z2-7]{56}@${clinic.domain}$`));
});

test('a bounce that comes to it moves the delivery, once, and its sender is told', async () => {
  const { messageId, returnPath } = await sent('b@verified.test');
  assert.equal(await stateOf(messageId, 'b@verified.test'), 'delivered');
  // A server further on, which knows the recipient by another name, and writes addresses in capitals.
  assert.equal(await fromOutside(returnPath.toUpperCase(), bounceOf('inner@far.test')), '250 2.0.0');
  await road.settle();
  const journey = await road.journey(organizationId, messageId, 'b@verified.test');
  assert.deepEqual(
    [journey.state, journey.reason],
    ['bounced', 'Their mail server says that there is no such mailbox.'],
  );
  const reports = () =>
    road.recorded.filter(
      ({ kind, subject }) => kind === 'delivery.report-composed' && subject?.id === messageId,
    );
  assert.equal(reports().length, 1);
  assert.equal(await fromOutside(returnPath, bounceOf('inner@far.test')), '250 2.0.0');
  await road.settle();
  assert.equal(reports().length, 1);
  const reportId = reports()[0]?.fields?.['reportId'];
  const report = (await road.messages.readRaw(organizationId, reportId as MessageId)).toString();
  assert.match(report, /^Status: 5\.1\.1\r$/m);
  assert.match(report, /^Diagnostic-Code: smtp; 550 5\.1\.1 no such user\r$/m);
});

test('of several recipients the one that is named; a stranger among them moves nothing', async () => {
  const { messageId, returnPath } = await sent('c@verified.test', 'd@verified.test');
  await fromOutside(returnPath, bounceOf('nobody@verified.test'));
  await fromOutside(returnPath, bounceOf('d@verified.test'));
  await road.settle();
  assert.deepEqual(
    [await stateOf(messageId, 'c@verified.test'), await stateOf(messageId, 'd@verified.test')],
    ['delivered', 'bounced'],
  );
});

test('a bounce that comes elsewhere, or to an address that was made up, changes nothing', async () => {
  const { messageId, returnPath } = await sent('e@verified.test');
  assert.equal(await fromOutside(nurse.email, bounceOf('e@verified.test')), '250 2.0.0');
  const forged = returnPath.replace(
    /^(bounces\+.{40})./,
    (_, head: string) => `${head}${returnPath[48] === 'a' ? 'b' : 'a'}`,
  );
  assert.notEqual(forged, returnPath);
  assert.equal(await fromOutside(forged, bounceOf('e@verified.test')), '550 5.1.1');
  await road.settle();
  assert.equal(await stateOf(messageId, 'e@verified.test'), 'delivered');
});

test('a delay moves nothing, and an answer of a program reaches the sender', async () => {
  const { messageId, returnPath } = await sent('f@verified.test');
  await fromOutside(returnPath, bounceOf('f@verified.test', '4.2.2', '452 4.2.2 mailbox full'));
  const before = arrived.length;
  const answer =
    'From: f@verified.test\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\n550 5.1.1 I am away\r\n';
  assert.equal(await fromOutside(returnPath, answer), '250 2.0.0');
  await road.settle();
  assert.equal(await stateOf(messageId, 'f@verified.test'), 'delivered');
  assert.deepEqual(
    arrived.slice(before).map(({ recipientUserIds }) => recipientUserIds),
    [[nurse.userId]],
  );
});

test('a notice that comes back: the message still waits, and its sender hears of it', async () => {
  const address = 'g@notls.test';
  const messageId = await road.send({ organization: clinic, from: nurse, to: [address] });
  await road.settle();
  assert.equal(await stateOf(messageId, address), 'notified');
  const notice = road.lab.inbox.messagesFor(address).at(-1);
  assert.ok(notice !== undefined);
  assert.match(notice.raw.toString('latin1'), /^DKIM-Signature: /);
  assert.equal(await fromOutside(notice.envelope.from, bounceOf(address)), '250 2.0.0');
  await road.settle();
  const { state, reason } = await road.journey(organizationId, messageId, address);
  assert.deepEqual(
    [state, reason],
    ['notified', 'The notice could not be delivered. The message still waits in the secure portal.'],
  );
  assert.ok(
    road.recorded.some(
      ({ kind, subject }) => kind === 'delivery.report-composed' && subject?.id === messageId,
    ),
  );
});

test('a complaint is on record', async () => {
  const { messageId, returnPath } = await sent('h@verified.test');
  const complaint = [
    'From: feedback@verified.test',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
    '',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: x/1',
    'Version: 1',
    '',
    '--b--',
    '',
  ].join('\r\n');
  await fromOutside(returnPath, complaint);
  await road.settle();
  assert.ok(
    road.recorded.some(({ kind, subject }) => kind === 'delivery.complaint' && subject?.id === messageId),
  );
  assert.equal(await stateOf(messageId, 'h@verified.test'), 'delivered');
});

test('all tries of a message come from one sender, over midnight too: greylisting servers know it again', async () => {
  await road.send({ organization: clinic, from: nurse, to: ['patient@greylist.test'] });
  await road.settle();
  assert.equal(road.lab.inbox.messagesFor('patient@greylist.test').length, 0, 'not at the first try');
  road.clock.advance(86_400_000);
  await road.settle();
  const [message, more] = road.lab.inbox.messagesFor('patient@greylist.test');
  assert.equal(more, undefined);
  assert.match(message?.envelope.from ?? '', /^bounces\+[a-z2-7]{56}@/);
});
