// REQUIRETLS at the MX (RFC 8689): what other servers send with it is passed on with it or not at all, and reported so.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createSmtpServer, smtpReply, type SmtpTransaction } from '#protocols/smtp/index.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { createReceptionModule } from './index.ts';

const host = 'mx.verified.test';
const writer = 'writer@verified.test';

const road = await mainRoad();
const hospital = await road.newOrganizationWithStaff();
const doctor = await hospital.addUser('doctor', 'clinician');
const gone = await hospital.addUser('gone', 'clinician');
const authority = await testAuthority();
const reception = createReceptionModule({
  ...road,
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
  trusted: [authority.certificate, road.lab.caCertificate],
  openScan: null,
});
const certificate = await authority.issue('mx.clinic.test');
const mx = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate });
after(() => mx.close(0));

interface Heard {
  readonly transaction: SmtpTransaction;
  readonly content: string;
}

/** In the place of a server of the lab: it has no mailbox `gone`, and offers REQUIRETLS or does not. */
async function serverWith(
  requireTlsExtension: boolean,
): Promise<AsyncDisposable & { readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const ok = smtpReply(250, '2.0.0', 'OK');
  const server = createSmtpServer(
    { hostname: host, tls: await road.lab.issueCertificate(host), requireTlsExtension },
    {
      connect: () => ({
        mail: () => ok,
        recipient: ({ mailbox }) =>
          mailbox.localPart === 'gone' ? smtpReply(550, '5.1.1', 'No such user') : ok,
        content(transaction) {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(Buffer.from(chunk)),
            finish() {
              heard.push({ transaction, content: Buffer.concat(chunks).toString('latin1') });
              return ok;
            },
            abort: () => undefined,
          };
        },
      }),
    },
  );
  const found = await road.dns.a(host);
  assert.ok(found.kind === 'found');
  await server.listen({ host: found.records[0] ?? '', port: road.mailPort });
  return { heard, [Symbol.asyncDispose]: () => server.close(0) };
}

/** A stranger's message with the promise; answers the last reply. */
async function send(to: string): Promise<string> {
  const client = await RawSmtp.open(mx.port);
  await client.hello();
  await client.ask('STARTTLS');
  await client.startTls();
  await client.ask('EHLO out.test');
  let last = '';
  for (const line of [
    `MAIL FROM:<${writer}> REQUIRETLS`,
    `RCPT TO:<${to}>`,
    'DATA',
    `From: ${writer}\r\nTo: ${to}\r\nSubject: s\r\n\r\nthe-body-itself\r\n.`,
  ]) {
    last = await client.ask(line);
    if (!/^[23]/.test(last)) break;
  }
  client.destroy();
  return last;
}

const accepted = /^250 2\.0\.0 Accepted/;

suite('REQUIRETLS at the MX', { concurrency: 1 }, () => {
  before(async () => {
    const served = await road.domains.findByName(hospital.domain);
    assert.ok(served !== null);
    await road.domains.setDestination(
      served,
      { host, port: road.mailPort, recipients: 'listed' },
      { actor: { kind: 'user', userId: hospital.administratorId } },
    );
    await road.lab.stopServer(host);
  });

  test('is offered under TLS alone, and not taken without it (§2)', async () => {
    const client = await RawSmtp.open(mx.port);
    assert.doesNotMatch(await client.hello(), /REQUIRETLS/);
    assert.match(await client.ask(`MAIL FROM:<${writer}> REQUIRETLS`), /^5/);
    await client.ask('STARTTLS');
    await client.startTls();
    assert.match(await client.ask('EHLO out.test'), /^250[ -]REQUIRETLS$/m);
    client.destroy();
  });

  test('a server that promises it gets the message with it', async () => {
    await using own = await serverWith(true);
    assert.match(await send(doctor.email), accepted);
    await road.settle();
    assert.deepEqual(
      own.heard.map(({ transaction }) => transaction.parameters.requireTls),
      [true],
    );
  });

  test('what fails there is reported with it (§5)', async () => {
    await using own = await serverWith(true);
    assert.match(await send(gone.email), accepted);
    await road.settle();
    const [report, ...more] = own.heard;
    assert.equal(more.length, 0);
    assert.equal(report?.transaction.from, null);
    assert.equal(report.transaction.parameters.requireTls, true);
    assert.match(report.content, /^Status: 5\.1\.1\r$/m);
    assert.doesNotMatch(report.content, /the-body-itself/);
  });

  test('a server without the promise gets nothing; the report says so, and is not lost for want of it', async () => {
    await using own = await serverWith(false);
    assert.match(await send(doctor.email), accepted);
    await road.settle();
    const [report, ...more] = own.heard;
    assert.equal(more.length, 0);
    assert.equal(report?.transaction.from, null);
    assert.equal(report.transaction.parameters.requireTls, false);
    assert.match(report.content, /^Status: 5\.7\.30\r$/m); // §4.2.1
    assert.doesNotMatch(report.content, /the-body-itself/);
  });
});
