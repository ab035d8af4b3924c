// What we pass on is sealed with what we found out, and dkimpy believes it; so it is when it comes through us again.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkDomainDns, rotateDkim } from '#contract/domain-dns.ts';
import { listDomains } from '#contract/domains.ts';
import { signIn } from '#contract/identity.ts';
import { createReceptionModule } from '#modules/reception/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { startDnsServer } from '../../lab/dns/dns-server.ts';
import { txt } from '../../lab/dns/zone.ts';
import { mainRoad } from '../support/main-road.ts';
import { runProgram } from '../support/run-program.ts';
import { staffApi } from '../support/staff-api.ts';

const folder = await mkdtemp(join(tmpdir(), 'arc-'));
after(() => rm(folder, { recursive: true, force: true }));
const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const doctor = await clinic.addUser('doctor', 'clinician');
const api = await staffApi(road);
const browser = api.caller();
await browser.call(signIn, { body: { email: clinic.administratorEmail, password: road.password } });

const { items } = await browser.call(listDomains, { query: { limit: 10 } });
const params = { domainId: items[0]?.domainId ?? '' };
const { keys } = await browser.call(rotateDkim, { params });
const records = keys.map(({ record }) => record);
for (const { name, value } of records)
  road.txtRecords.set(name, { kind: 'found', records: [value], secure: false, ttl: 60 });
await browser.call(checkDomainDns, { params });

const zone = {
  name: clinic.domain,
  records: records.map(({ name, value }) => txt(name, ...(value.match(/.{1,255}/g) ?? []))),
};
const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones: [zone] });
after(() => dns[Symbol.asyncDispose]());
/** The name under which domains and reception know this server. */
const hostname = 'mx.carepost.test';
const reception = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname,
  log: silentLogger,
  metrics: createMetrics(),
  dns: createResolver({ servers: parseDnsServers(dns.server), clock: road.clock }),
});
const mx = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate: null });
after(() => mx.close(0));
const served = await road.domains.findByName(clinic.domain);
assert.ok(served !== null);
await road.domains.setDestination(
  served,
  { host: 'mx.verified.test', port: road.lab.mailPort, recipients: 'listed' },
  { actor: { kind: 'user', userId: clinic.administratorId } },
);

/** Through our MX to the organisation's own server: as it arrives there. */
async function passedOn(content: Buffer): Promise<Buffer> {
  const opened = await openSmtpConnection({
    host: hostname,
    address: '127.0.0.1',
    port: mx.port,
    localName: 'client.test',
    tls: { use: 'never' },
  });
  assert.ok(opened.ok);
  const before = road.lab.inbox.messagesFor(doctor.email).length;
  const sent = await opened.connection.send({
    from: 'patient@outside.test',
    recipients: [doctor.email],
    content,
  });
  assert.equal(sent.kind, 'answered');
  await opened.connection.quit();
  await road.settle();
  const arrived = road.lab.inbox.messagesFor(doctor.email);
  assert.equal(arrived.length, before + 1);
  return arrived.at(-1)?.raw ?? Buffer.alloc(0);
}

/** `cv`, and the instances whose signature over the message holds, newest first. */
async function dkimpy(message: Buffer): Promise<string> {
  await writeFile(join(folder, 'message'), message);
  await writeFile(
    join(folder, 'records'),
    JSON.stringify(Object.fromEntries(records.map(({ name, value }) => [`${name}.`, value]))),
  );
  const script = `
import dkim, json, sys
records = json.load(open(sys.argv[2]))
def find(name, timeout=5):
    return records[name.decode() if isinstance(name, bytes) else name].encode()
cv, results, reason = dkim.arc_verify(open(sys.argv[1], 'rb').read(), dnsfunc=find)
print(cv.decode() if cv else 'none', [(r['instance'], r['ams-valid'], r['as-valid']) for r in results], reason)
`;
  const { output } = await runProgram('/usr/bin/python3', [
    '-c',
    script,
    join(folder, 'message'),
    join(folder, 'records'),
  ]);
  return output.trim();
}

const letter = Buffer.from(
  [
    'From: A Patient <patient@outside.test>',
    `To: ${doctor.email}`,
    'Subject: A folded',
    '  subject, =?utf-8?Q?encoded?=',
    'Date: Tue, 24 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@outside.test>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello,  with   blanks \t',
    'grüße',
    '',
    '',
    '',
  ].join('\r\n'),
);

test('dkimpy finds the seal good, and a change of text or results bad', async () => {
  const once = await passedOn(letter);
  assert.match(once.toString(), /^ARC-Authentication-Results: i=1; mx\.carepost\.test;/m);
  assert.match(await dkimpy(once), /^pass \[\(1, True, True\)\]/);
  const changed = (from: string, to: string): Buffer => {
    const text = once.toString('latin1');
    assert.ok(text.includes(from));
    return Buffer.from(text.replace(from, to), 'latin1');
  };
  assert.doesNotMatch(await dkimpy(changed('Hello', 'Hallo')), /^pass/);
  assert.doesNotMatch(await dkimpy(changed('i=1; mx.carepost.test', 'i=1; mx.carepost.tesT')), /^pass/);

  const twice = await passedOn(once);
  assert.match(twice.toString(), /^ARC-Authentication-Results: i=2;/m);
  assert.match(await dkimpy(twice), /^pass \[\(2, True, True\), \(1, (?:True|False), True\)\]/);
  const broken = await passedOn(changed('Hello', 'Hallo'));
  assert.match(broken.toString(), /^ARC-Seal: a=rsa-sha256;\r\n b=[^;]*;\r\n cv=fail;/m);
  assert.match(await dkimpy(broken), /ARC-Seal\[2\] reported failure, the chain is terminated$/);
});
