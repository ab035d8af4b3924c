import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { systemClock } from '#platform/clock/clock.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { createLab, type Lab } from './lab.ts';
import { anyLabNetwork } from './network.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'carepost-lab-'));
const options = {
  dataFolder,
  clock: systemClock,
  network: anyLabNetwork(),
  dnsPort: 0,
  policyPort: 0,
  slowMs: 5,
};
let lab: Lab = await createLab(options);
after(async () => {
  await lab.stop();
  rmSync(dataFolder, { recursive: true });
});

async function send(
  to: string,
  tls: { requireTLS?: boolean; ignoreTLS?: boolean; minVersion?: 'TLSv1.1'; ciphers?: string } = {},
  messageId = `<${to}>`,
) {
  const resolver = createResolver({ servers: parseDnsServers(lab.dnsServer), clock: systemClock });
  const exchangers = await resolver.mx(to.slice(to.indexOf('@') + 1));
  assert.equal(exchangers.kind, 'found');
  const host = exchangers.kind === 'found' ? (exchangers.records[0]?.exchange ?? '') : '';
  const addresses = await resolver.a(host);
  const address = addresses.kind === 'found' ? addresses.records[0] : undefined;
  const { requireTLS, ignoreTLS, ...options } = tls;
  const transport = createTransport({
    host: address ?? '',
    port: lab.mailPort,
    requireTLS: requireTLS ?? false,
    ignoreTLS: ignoreTLS ?? false,
    tls: { servername: host, ca: lab.caCertificate, ...options },
  });
  return await transport.sendMail({
    from: 'probe@sender.test',
    to,
    subject: 'lab',
    text: 'hello',
    messageId,
  });
}

const failsWith = (expected: { responseCode?: number; code?: string }) => (error: Error) => {
  assert.partialDeepStrictEqual(Object.fromEntries(Object.entries(error)), expected);
  return true;
};

test('a good server takes mail over TLS and keeps how it came', async () => {
  await send('a@verified.test', { requireTLS: true });
  const [message] = lab.inbox.messagesFor('A@verified.test');
  assert.equal(message?.host, 'mx.verified.test');
  assert.equal(message.tls?.version, 'TLSv1.3');
  assert.deepEqual(message.envelope, { from: 'probe@sender.test', to: ['a@verified.test'] });
  assert.match(message.raw.toString(), /hello/);
});

test('bad certificates are bad in their own way', async () => {
  await assert.rejects(send('a@selfsigned.test', { requireTLS: true }), /self-signed certificate/);
  await assert.rejects(send('a@expired.test', { requireTLS: true }), /certificate has expired/);
  await assert.rejects(send('a@wrongname.test', { requireTLS: true }), /does not match certificate/);
  await assert.rejects(send('a@notls.test', { requireTLS: true }));
  await send('a@notls.test');
  assert.equal(lab.inbox.messagesFor('a@notls.test')[0]?.tls, null);
});

test('an old server speaks TLS 1.1 to those who still do', async () => {
  await assert.rejects(send('a@tls11.test', { requireTLS: true }));
  await send('a@tls11.test', { requireTLS: true, minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.equal(lab.inbox.messagesFor('a@tls11.test')[0]?.tls?.version, 'TLSv1.1');
});

test('refusals, greylisting and sentinels', async () => {
  await assert.rejects(send('a@hard.test'), failsWith({ responseCode: 550 }));
  await assert.rejects(send('bounces-552@verified.test'), failsWith({ responseCode: 552 }));
  await assert.rejects(send('rejects-554+x@verified.test'), failsWith({ responseCode: 554 }));
  await assert.rejects(send('a@greylist.test'), failsWith({ responseCode: 451 }));
  await send('a@greylist.test');
  assert.equal(lab.inbox.messagesFor('a@greylist.test').length, 1);
  await send('a@slow.test');
});

test('a server that hangs up after the message has it or not', async () => {
  await assert.rejects(send('a@disconnect.test'));
  assert.equal(lab.inbox.messagesFor('a@disconnect.test').length, 0);
  await send('a@disconnect.test');
  assert.equal(lab.inbox.messagesFor('a@disconnect.test').length, 1);
  const address = 'hangs-up-after-storing@verified.test';
  await assert.rejects(send(address));
  await send(address);
  assert.equal(lab.inbox.messagesFor(address).length, 2, 'a duplicate is two entries');
});

test('a server can be taken away, brought back and broken', async () => {
  await lab.stopServer('mx.verified.test');
  await assert.rejects(send('b@verified.test'), failsWith({ code: 'ESOCKET' }));
  await lab.alterServer('mx.verified.test', { tls: 'none' });
  await send('b@verified.test', { ignoreTLS: true });
  assert.equal(lab.inbox.messagesFor('b@verified.test')[0]?.tls, null);
});

test('what comes can be awaited', async () => {
  const waiting = lab.inbox.waitFor('c@sts.test', { where: (message) => message.raw.includes('hello') });
  await send('c@sts.test');
  assert.equal((await waiting).host, 'mx.sts.test');
  assert.equal((await lab.inbox.waitFor('c@sts.test')).host, 'mx.sts.test');
  await assert.rejects(lab.inbox.waitFor('nobody@sts.test', { signal: AbortSignal.abort() }));
});

test('a restart keeps what was received, until it is cleared', async () => {
  const before = lab.inbox
    .list()
    .map(({ id, envelope, receivedAt, raw }) => ({ id, envelope, receivedAt, raw }));
  const authority = lab.caCertificate;
  await lab.stop();
  lab = await createLab({ ...options, network: anyLabNetwork() });
  assert.equal(lab.caCertificate, authority);
  assert.deepEqual(
    lab.inbox.list().map(({ id, envelope, receivedAt, raw }) => ({ id, envelope, receivedAt, raw })),
    before,
  );
  assert.ok(
    lab.inbox
      .addresses()
      .some(({ address, count }) => address === 'hangs-up-after-storing@verified.test' && count === 2),
  );
  lab.inbox.clear('a@disconnect.test');
  assert.equal(lab.inbox.messagesFor('a@disconnect.test').length, 0);
  assert.equal(lab.inbox.list().length, before.length - 1);
  lab.inbox.clear();
  assert.deepEqual(lab.inbox.addresses(), []);
});
