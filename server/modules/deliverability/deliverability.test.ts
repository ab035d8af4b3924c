import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { createReceptionModule, received } from '#modules/reception/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { parseStsPolicy } from '#protocols/mta-sts/index.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import {
  composeTlsReportMail,
  packTlsReport,
  readTlsReport,
  readTlsReportMail,
} from '#protocols/tls-rpt/index.ts';
import { mx, txt } from '../../../lab/dns/zone.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { changeTransport } from './change-transport.ts';
import { createDeliverabilityModule, type DeliverabilityPorts } from './index.ts';
import { createReportMail } from './mail-report.ts';
import { listReports } from './list-reports.ts';
import { showTransport } from './show-transport.ts';
import { takePostedReport } from './take-report.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId, domain } = clinic;
const posted: { url: string; body: Buffer }[] = [];
let takes = true;

const ports: DeliverabilityPorts = {
  ...road,
  log: silentLogger,
  resolver: createResolver({ servers: parseDnsServers(road.lab.dnsServer), clock: road.clock, cacheSize: 0 }),
  protection: {
    takeSessions: () => road.protection.takeSessions(),
    async fetchPolicy(name) {
      const text = await module.policyAt(`mta-sts.${name}`);
      const parsed = parseStsPolicy(text ?? '');
      return parsed.kind === 'policy' ? parsed.policy : null;
    },
  },
  hostname: 'mx.clinic.test',
  publicUrl: 'https://mail.clinic.test',
  async post(url, body) {
    if (takes) posted.push({ url: url.href, body });
    return takes;
  },
  mail: createReportMail(road),
};
const module = createDeliverabilityModule(ports);
const doer = { actor: { kind: 'user', userId: nurse.userId } } as const;

test('the policy of a domain of ours is served on its host, and on no other', async () => {
  const text = await module.policyAt(`MTA-STS.${domain}`);
  assert.equal(text, 'version: STSv1\r\nmode: testing\r\nmx: mx.clinic.test\r\nmax_age: 86400\r\n');
  assert.equal(await module.policyAt(domain), null);
  assert.equal(await module.policyAt('mta-sts.elsewhere.test'), null);
});

test('enforcing is refused until others can follow; then the id changes with the text', async () => {
  const before = await showTransport(ports, organizationId, domain);
  assert.deepEqual(
    [before.policyRecord.found, before.reportRecord.found, before.policy.served, before.mx],
    ['missing', 'missing', 'right', 'unknown'],
  );
  const enforce = { mode: 'enforce', maxAge: 604_800 } as const;
  await assert.rejects(changeTransport(ports, organizationId, domain, enforce, doer), { code: 'conflict' });

  const publish = (value: string, exchange: string) =>
    road.lab.dns.setZone({
      name: domain,
      records: [
        mx(domain, exchange),
        txt(`_mta-sts.${domain}`, value),
        txt(`_smtp._tls.${domain}`, before.reportRecord.value),
      ],
    });
  publish(before.policyRecord.value, 'mx.elsewhere.test');
  await assert.rejects(changeTransport(ports, organizationId, domain, enforce, doer), { code: 'conflict' });
  publish(before.policyRecord.value, 'mx.clinic.test');
  const after = await changeTransport(ports, organizationId, domain, enforce, doer);
  assert.deepEqual(
    [after.policy.mode, after.policy.served, after.policyRecord.found, after.reportRecord.found, after.mx],
    ['enforce', 'right', 'other', 'right', 'named'],
  );
  assert.notEqual(after.policyRecord.value, before.policyRecord.value);
  assert.match((await module.policyAt(`mta-sts.${domain}`)) ?? '', /mode: enforce/);
  await assert.rejects(showTransport(ports, other.organizationId, domain), { code: 'not-found' });
});

const theirs = (about: string, id = 'r1') => ({
  reportId: id,
  organization: 'Partner Inc.',
  contact: 'tls@partner.test',
  from: new Date('2026-06-01T00:00:00Z'),
  to: new Date('2026-06-01T23:59:59Z'),
  policies: [
    {
      type: 'sts' as const,
      domain: about,
      policy: [],
      mxHosts: [],
      succeeded: 5,
      failed: 2,
      failures: [{ result: 'certificate-expired' as const, sessions: 2, receivingMx: 'mx.clinic.test' }],
    },
  ],
});

test('a report that is posted is kept once, and read in words', async () => {
  const post = (about: string, to = domain) =>
    takePostedReport(ports, to, Readable.from([packTlsReport(theirs(about))]));
  await post(domain);
  await post(domain);
  await assert.rejects(post('elsewhere.test'), { code: 'invalid-request' });
  await assert.rejects(post(domain, 'elsewhere.test'), { code: 'not-found' });
  await assert.rejects(takePostedReport(ports, domain, Readable.from([Buffer.from('{}')])), {
    code: 'invalid-request',
  });
  await assert.rejects(takePostedReport(ports, domain, Readable.from([Buffer.alloc(2 * 1024 * 1024)])), {
    code: 'too-large',
  });
  const { items } = await listReports(ports, organizationId, { limit: 10 });
  assert.equal(items.length, 1);
  assert.deepEqual(
    [items[0]?.submitter, items[0]?.succeeded, items[0]?.failed, items[0]?.failures[0]?.words],
    ['Partner Inc.', 5, 2, 'The certificate of our mail server had run out.'],
  );
  assert.deepEqual((await listReports(ports, other.organizationId, { limit: 10 })).items, []);
});

test('a report that comes by mail is read, and lies in nobody’s mailbox', async () => {
  const placed: { messageId: MessageId; users: number }[] = [];
  road.outbox.subscribe(
    received,
    'test.placed',
    async (_tx, { data }) =>
      void placed.push({ messageId: data.messageId, users: data.recipientUserIds.length }),
  );
  const reception = createReceptionModule({
    ...road,
    openScan: null,
    trusted: [],
    hostname: 'mx.clinic.test',
    log: silentLogger,
    metrics: createMetrics(),
  });
  const certificate = await (await testAuthority()).issue('mx.clinic.test');
  const listener = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate });
  after(() => listener.close(0));
  const opened = await openSmtpConnection({
    host: 'mx.clinic.test',
    address: '127.0.0.1',
    port: listener.port,
    localName: 'mail.partner.test',
    tls: { use: 'required' },
  });
  assert.ok(opened.ok);
  const content = composeTlsReportMail(theirs(domain, 'r2'), {
    domain,
    submitter: 'partner.test',
    from: 'tls-reports@partner.test',
    to: `tls-reports@${domain}`,
    messageId: 'r2@partner.test',
    date: road.clock.now(),
  });
  const sent = await opened.connection.send({
    from: 'tls-reports@partner.test',
    recipients: [`tls-reports@${domain}`],
    content,
  });
  await opened.connection.quit();
  assert.equal(sent.kind === 'answered' && sent.recipients[0]?.accepted, true);
  await road.settle();
  assert.deepEqual(
    placed.map(({ users }) => users),
    [0],
  );
  const { items } = await listReports(ports, organizationId, { limit: 10 });
  assert.deepEqual(items.map(({ cameBy }) => cameBy).toSorted(), ['https', 'mail']);
});

async function run(name: string): Promise<number> {
  const loop = module.loops.find((each) => each.name === `deliverability.${name}`);
  return (await loop?.runUntilIdle()) ?? -1;
}

test('what conversations came to is reported the next day, to whom asks for it, once', async () => {
  road.protection.takeSessions();
  for (const to of ['a@sts.test', 'a@verified.test'])
    await road.send({ organization: clinic, from: nurse, to: [to] });
  await road.settle();
  await run('count-sessions');
  assert.equal(await run('send-reports'), 0, 'the day is not over');
  road.lab.dns.setZone({
    name: '_tls.sts.test',
    records: [
      txt('_smtp._tls.sts.test', 'v=TLSRPTv1; rua=https://reports.sts.test/v1,mailto:rua@verified.test'),
    ],
  });
  road.clock.advance(24 * 3_600_000);
  assert.equal(await run('send-reports'), 2, 'one wanted, one not');
  assert.equal(await run('send-reports'), 0);
  assert.deepEqual(
    posted.map(({ url }) => url),
    ['https://reports.sts.test/v1'],
  );
  const read = readTlsReport(posted[0]?.body ?? Buffer.alloc(0));
  assert.ok(read.kind === 'report');
  assert.equal(read.report.organization, domain);
  const [policy] = read.report.policies;
  assert.deepEqual(
    [policy?.type, policy?.domain, policy?.succeeded, policy?.failed, policy?.policy[1]],
    ['sts', 'sts.test', 1, 0, 'mode: enforce'],
  );
});

test('where posting fails the report goes by mail, and there is no report about that conversation', async () => {
  takes = false;
  road.lab.dns.setZone({
    name: '_tls.sts-testing.test',
    records: [
      txt(
        '_smtp._tls.sts-testing.test',
        'v=TLSRPTv1; rua=https://reports.sts.test/v1,mailto:rua@verified.test',
      ),
    ],
  });
  await road.send({ organization: clinic, from: nurse, to: ['b@sts-testing.test'] });
  await road.settle();
  await run('count-sessions');
  road.clock.advance(24 * 3_600_000);
  assert.equal(await run('send-reports'), 1);
  await road.settle();
  const [letter] = road.lab.inbox.messagesFor('rua@verified.test');
  const read = readTlsReportMail(Buffer.from(letter?.raw ?? ''));
  assert.equal(read?.kind, 'report');
  assert.deepEqual(road.protection.takeSessions(), []);
});

test('a policy that could not be had, and one that forbids the server, are counted (RFC 8460 §4.3)', async () => {
  road.protection.takeSessions();
  // A policy is said to be there, and there is no host that would serve it.
  road.lab.dns.setZone({
    name: '_mta-sts.multi.test',
    records: [txt('_mta-sts.multi.test', 'v=STSv1; id=1;')],
  });
  await road.send({ organization: clinic, from: nurse, to: ['c@multi.test'] });
  await road.settle();
  // Conversations do not wait for their being counted.
  const counted = () => eventually('it is counted', async () => road.protection.takeSessions()[0]?.session);
  const missing = await counted();
  assert.deepEqual(
    [missing.domain, missing.policyType, missing.result],
    ['multi.test', 'sts', 'sts-policy-fetch-error'],
  );

  // Its own policy names another server: the message waits in the portal, and its notice is not sent either.
  await road.send({ organization: clinic, from: nurse, to: ['c@sts-mismatch.test'] });
  await road.settle();
  const forbidden = await counted();
  assert.deepEqual(
    [forbidden.domain, forbidden.policyType, forbidden.result, forbidden.mxHosts],
    ['sts-mismatch.test', 'sts', 'validation-failure', ['mail.sts-mismatch.test']],
  );
});
