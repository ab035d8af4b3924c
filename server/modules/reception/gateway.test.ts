// An organisation whose mailboxes are on a server of its own: what it sends goes through us, what comes for it goes on.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { NewRelay } from '#contract/gateway.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp, type RawSmtpOptions } from '../../../test/support/raw-smtp.ts';
import { createReceptionModule } from './index.ts';
import { createRelays, digestOf } from './relays.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId, domain } = clinic;
const by = { actor: { kind: 'user' as const, userId: clinic.administratorId } };
const authority = await testAuthority();
const ports = {
  ...road,
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
  trusted: [authority.certificate, road.lab.caCertificate],
  openScan: null,
};
/** One that the module does not know: it forgets nothing of what the other changed, so tests wait 5 s less. */
const relays = createRelays(ports);
const module = createReceptionModule(ports);
const certificate = await authority.issue('mx.clinic.test');
const mx = await module.listen('mx', { host: '127.0.0.1', port: 0, certificate });
after(() => mx.close(0));

const shown = await authority.issue('gateway.clinic.test');
const stranger = await authority.issue('gateway.stranger.test');
const selfSigned = await authority.selfSigned('gateway.clinic.test');
const fingerprint = new X509Certificate(shown.cert).fingerprint256.replaceAll(':', '').toLowerCase();

const relay = (change: Partial<NewRelay>): NewRelay => ({
  name: 'Exchange',
  kind: 'own-server',
  networks: [],
  fingerprints: [],
  certificateNames: [],
  senderDomains: [domain],
  userId: nurse.userId,
  ...change,
});
await relays.create(organizationId, relay({ networks: ['127.0.0.7', '127.0.8.0/24'] }), by);
await relays.create(organizationId, relay({ fingerprints: [fingerprint] }), by);
await relays.create(
  organizationId,
  relay({ certificateNames: ['named.clinic.test'], senderDomains: [domain] }),
  by,
);
const named = await authority.issue('named.clinic.test');
const namedSelfSigned = await authority.selfSigned('named.clinic.test');
const { token } = await relays.create(
  organizationId,
  relay({ kind: 'microsoft-365', networks: ['127.0.0.9'] }),
  by,
);

/** The answers to one message of a server, from MAIL to the final dot, until the first refusal. */
async function send(
  from: RawSmtpOptions,
  mail: { from?: string; to?: string; headerFrom?: string; fields?: string },
): Promise<string> {
  const client = await RawSmtp.open(mx.port, false, from);
  await client.hello();
  if (from.certificate !== undefined) {
    await client.ask('STARTTLS');
    await client.startTls();
    await client.ask('EHLO gateway.clinic.test');
  }
  const sender = mail.from ?? `doctor@${domain}`;
  const header = `From: ${mail.headerFrom ?? `doctor@${domain}`}\r\nTo: a@verified.test\r\nSubject: s\r\n${mail.fields ?? ''}`;
  let last = '';
  for (const line of [
    `MAIL FROM:<${sender}>`,
    `RCPT TO:<${mail.to ?? 'a@verified.test'}>`,
    'DATA',
    `${header}\r\nthe-body-itself\r\n.`,
  ]) {
    last = await client.ask(line);
    if (!/^[23]/.test(last)) break;
  }
  client.destroy();
  return last;
}

const inNetwork = { localAddress: '127.0.0.7' };
const ok = /^250 2\.0\.0 Accepted/;
const denied = /^550 5\.7\.1 /;

describe('out: a server of the organisation sends through us, and nobody else does', () => {
  for (const [what, from, expect] of [
    ['by its address', inNetwork, ok],
    ['by its network', { localAddress: '127.0.8.200' }, ok],
    ['from any other address', { localAddress: '127.0.0.8' }, denied],
    ['by its certificate', { certificate: shown }, ok],
    ['by the name in its certificate', { certificate: named }, ok],
    ['by a certificate of another name', { certificate: stranger }, denied],
    ['by the same name, signed by itself', { certificate: namedSelfSigned }, denied],
    ['by a certificate that looks like its own', { certificate: selfSigned }, denied],
  ] as const) {
    test(`${what}: ${String(expect)}`, async () => {
      assert.match(await send(from, {}), expect);
    });
  }

  for (const [what, mail, expect] of [
    ['a domain that is not its own', { from: 'a@elsewhere.test', headerFrom: 'a@elsewhere.test' }, denied],
    ['a domain of another organisation', { from: `a@${other.domain}` }, denied],
    [
      'another domain in From',
      { headerFrom: `a@${other.domain}` },
      /^550 5\.7\.1 .*from is not one of yours/,
    ],
    ['an own name before a foreign address', { headerFrom: `"a@${domain}" <a@x.test>` }, denied],
    ['two From fields', { fields: `From: a@x.test\r\n` }, /^550 5\.6\.0 /],
    ['an address literal', { to: 'a@[192.0.2.1]' }, /^553 5\.1\.3 /],
    ['the empty sender, to outside: its reports', { from: '' }, ok],
    ['a loop', { fields: 'Received: from a by mx.clinic.test with ESMTP\r\n'.repeat(5) }, /^554 5\.4\.6 /],
    ['a misspelt field of ours', { fields: 'X-Carepost-Protecton: portal\r\n' }, /^550 5\.6\.0 /],
  ] as const) {
    test(`${what}: ${String(expect)}`, async () => {
      assert.match(await send(inNetwork, mail), expect);
    });
  }

  test('where the address is shared, only with the secret', async () => {
    const shared = { localAddress: '127.0.0.9' };
    const field = (text: string) => ({ fields: `X-Carepost-Gateway: ${text}\r\n` });
    assert.match(await send(shared, {}), denied);
    assert.match(await send(shared, field('wrong')), denied);
    assert.match(await send(shared, { fields: field(token ?? '').fields.repeat(2) }), denied);
    assert.match(await send(shared, field(token ?? '')), ok);
  });

  test('goes the way of every message: policy, protection, receipt; the secret and control fields stay here', async () => {
    const accepted = await send(
      { localAddress: '127.0.0.9' },
      {
        to: 'through@verified.test',
        fields: `X-Carepost-Gateway: ${token}\r\nX-Carepost-Category: lab-result\r\nBcc: hidden@verified.test\r\n`,
      },
    );
    assert.match(accepted, ok);
    assert.match(await send(inNetwork, { to: 'waits@notls.test' }), ok);
    await road.settle();
    const [arrived] = road.lab.inbox.messagesFor('through@verified.test');
    assert.equal(arrived?.envelope.from, `doctor@${domain}`);
    assert.ok(arrived.tls !== null);
    assert.doesNotMatch(arrived.raw.toString(), /x-carepost|hidden@/i);
    assert.equal(
      road.lab.inbox.messagesFor('waits@notls.test').some(({ raw }) => raw.includes('the-body-itself')),
      false,
      'without TLS it waits in the portal',
    );
  });

  test('the footer of the organisation is under what people send, and the signature is over it', async () => {
    const footer = 'Confidential – for the recipient';
    const change = (settings: { footer: string }) =>
      road.organizations.change({ organizationId, change: { settings }, ...by });
    await change({ footer });
    assert.match(await send(inNetwork, { to: 'footed@verified.test' }), ok);
    assert.match(await send(inNetwork, { to: 'automatic@verified.test', from: '' }), ok);
    await change({ footer: '' });
    await road.settle();
    const [arrived] = road.lab.inbox.messagesFor('footed@verified.test');
    assert.match(
      arrived?.raw.toString() ?? '',
      /the-body-itself\r\n\r\nConfidential =E2=80=93 for the recipient\r\n$/,
    );
    const [automatic] = road.lab.inbox.messagesFor('automatic@verified.test');
    assert.match(automatic?.raw.toString() ?? '', /the-body-itself\r\n$/);
  });

  test('a domain that is not proven, or another’s, cannot be named; what was removed sends no more', async () => {
    for (const name of [other.domain, 'elsewhere.test'])
      await assert.rejects(
        relays.create(organizationId, relay({ networks: ['127.0.0.10'], senderDomains: [name] }), by),
        { code: 'invalid-domain' },
      );
    const { relay: made } = await relays.create(organizationId, relay({ networks: ['127.0.0.11'] }), by);
    await assert.rejects(relays.remove(other.organizationId, made.relayId, by), { code: 'not-found' });
    await relays.remove(organizationId, made.relayId, by);
    assert.ok(!(await relays.list(organizationId)).some(({ relayId }) => relayId === made.relayId));
    assert.deepEqual(await relays.list(other.organizationId), []);
    assert.match(await send({ localAddress: '127.0.0.11' }, {}), denied);
  });

  test('what was changed counts as it is now; a secret is made when one is needed, and renewed on demand', async () => {
    const { relay: made } = await relays.create(organizationId, relay({ networks: ['192.0.2.13'] }), by);
    const which = { organizationId, relayId: made.relayId };
    const seen = async (remoteAddress: string) =>
      (await relays.of({ remoteAddress, tls: null })).find(({ relayId }) => relayId === made.relayId);
    assert.ok(await seen('192.0.2.13'));
    const moved = await relays.change(which, relay({ networks: ['192.0.2.12'] }), by);
    assert.equal(moved.token, null);
    assert.equal(await seen('192.0.2.13'), undefined);
    assert.equal((await seen('192.0.2.12'))?.tokenDigest, null);

    const shared = relay({ kind: 'google-workspace', networks: ['192.0.2.12'] });
    const wantedDigest = async () => (await seen('192.0.2.12'))?.tokenDigest;
    const { token: first } = await relays.change(which, shared, by);
    assert.deepEqual(await wantedDigest(), digestOf(first ?? ''));
    assert.equal((await relays.change(which, { ...shared, name: 'Google' }, by)).token, null);
    assert.deepEqual(await wantedDigest(), digestOf(first ?? ''), 'a change of the name keeps the secret');
    const { token: second } = await relays.renewToken(which, by);
    assert.deepEqual(await wantedDigest(), digestOf(second ?? ''));
    assert.notEqual(first, second);

    await relays.change(which, relay({ networks: ['192.0.2.12'] }), by);
    await assert.rejects(relays.renewToken(which, by), { code: 'not-found' });
    const theirs = { ...which, organizationId: other.organizationId };
    await assert.rejects(relays.renewToken(theirs, by), { code: 'not-found' });
    await assert.rejects(
      relays.change(theirs, relay({ networks: ['192.0.2.12'], senderDomains: [other.domain] }), by),
      { code: 'not-found' },
    );
    await assert.rejects(relays.change(which, relay({ senderDomains: ['elsewhere.test'] }), by), {
      code: 'invalid-domain',
    });
  });
});

/** In a domain of its own, so that the tests above keep theirs. */
const hospital = await road.newOrganizationWithStaff();
const doctor = await hospital.addUser('doctor', 'clinician');

async function passOnTo(host: string, recipients: 'listed' | 'asked') {
  const served = await road.domains.findByName(hospital.domain);
  assert.ok(served !== null);
  const destination = { host, port: road.lab.mailPort, recipients };
  await road.domains.setDestination(served, destination, {
    actor: { kind: 'user', userId: hospital.administratorId },
  });
}

describe('in: mail for the organisation goes on to its own server', { concurrency: 1 }, () => {
  const outside = { localAddress: '127.0.0.66' };
  const toUs = (to: string) =>
    send(outside, { from: 'patient@outside.test', headerFrom: 'patient@outside.test', to });
  const there = (to: string) => road.lab.inbox.messagesFor(to);

  test('listed: who is a user here, under verified TLS, from the same envelope sender', async () => {
    await passOnTo('mx.verified.test', 'listed');
    assert.match(await toUs(`nobody@${hospital.domain}`), /^550 5\.1\.1 /);
    assert.match(await toUs(doctor.email), ok);
    await road.settle();
    const [message] = there(doctor.email);
    assert.equal(message?.envelope.from, 'patient@outside.test');
    assert.ok(message.tls !== null);
    assert.match(message.raw.toString(), /^Received: from gateway|^Received: from client\.test /m);
    assert.doesNotMatch(message.raw.toString(), /^Return-Path:/im);
  });

  test('asked: the server says who is there; away, nobody is told anything', async () => {
    await passOnTo('mx.verified.test', 'asked');
    assert.match(await toUs(`bounces-550@${hospital.domain}`), /^550 5\.1\.1 /);
    assert.match(await toUs(`anybody@${hospital.domain}`), ok);
    await road.settle();
    assert.equal(there(`anybody@${hospital.domain}`).length, 1);
    await road.lab.stopServer('mx.verified.test');
    assert.match(await toUs(`somebody@${hospital.domain}`), /^451 4\.4\.1 /);
    await road.lab.alterServer('mx.verified.test', {});
  });

  test('its certificate wrong, or no TLS: mail waits, and is never sent weaker', async () => {
    await passOnTo('mx.verified.test', 'listed');
    const before = there(doctor.email).length;
    for (const tls of ['none', 'self-signed'] as const) {
      await road.lab.alterServer('mx.verified.test', { tls });
      assert.match(await toUs(doctor.email), ok);
      await road.settle();
      assert.equal(there(doctor.email).length, before);
    }
    await road.lab.alterServer('mx.verified.test', { tls: 'verified' });
    road.clock.advance(5 * 60_000);
    await road.settle();
    assert.equal(there(doctor.email).length, before + 2, 'and then it arrives');
  });

  test('refused there in the end: the stranger is told by mail, from nobody, without the content', async () => {
    await passOnTo('mx.hard.test', 'listed');
    const refused = await hospital.addUser('bounces-551', 'clinician');
    const client = await send(outside, {
      from: 'writer@verified.test',
      headerFrom: 'writer@verified.test',
      to: refused.email,
    });
    assert.match(client, ok);
    await road.settle();
    const [report] = there('writer@verified.test');
    assert.equal(report?.envelope.from, '');
    assert.match(report.raw.toString(), /^Content-Type: multipart\/report/m);
    assert.match(
      report.raw.toString(),
      new RegExp(`^From: "Mail delivery" <mailer-daemon@${hospital.domain}>`, 'm'),
    );
    assert.doesNotMatch(report.raw.toString(), /the-body-itself/);
  });

  test('a colleague in the workspace writes to somebody there: it goes on too', async () => {
    await passOnTo('mx.verified.test', 'listed');
    await road.send({ organization: hospital, from: doctor, to: [`elsewhere@${hospital.domain}`] });
    await road.settle();
    assert.equal(there(`elsewhere@${hospital.domain}`).length, 1);
  });

  test('a loop through us is seen', async () => {
    const fields = 'Received: from a by mx.clinic.test with ESMTP\r\n'.repeat(5);
    assert.match(
      await send(outside, { from: 'a@outside.test', headerFrom: 'a@outside.test', to: doctor.email, fields }),
      /^554 5\.4\.6 /,
    );
  });
});
