// OpenDKIM signs, the MX verifies: its key as it made it, its signature over what real letters look like.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { createReceptionModule, received, type SmtpArrival } from '#modules/reception/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { startDnsServer } from '../../lab/dns/dns-server.ts';
import { txt } from '../../lab/dns/zone.ts';
import { mainRoad } from '../support/main-road.ts';
import { runProgram } from '../support/run-program.ts';
import { oddMessages, withoutTestdata } from '../support/testdata.ts';

const folder = await mkdtemp(join(tmpdir(), 'opendkim-'));
after(() => rm(folder, { recursive: true, force: true }));
const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones: [] });
after(() => dns[Symbol.asyncDispose]());
const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const arrivals = new Map<MessageId, SmtpArrival>();
road.outbox.subscribe(
  received,
  'test.received',
  async (_tx, { data }) => void arrivals.set(data.messageId, data.arrival),
);
const reception = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
  dns: createResolver({ servers: parseDnsServers(dns.server), clock: road.clock }),
});
const mx = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate: null });
after(() => mx.close(0));

/** The record that opendkim-genkey wrote: its strings. */
async function newKey(selector: string): Promise<string[]> {
  const { code, output } = await runProgram('opendkim-genkey', [
    '-b',
    '2048',
    '-D',
    folder,
    '-d',
    'signer.test',
    '-s',
    selector,
  ]);
  assert.equal(code, 0, output);
  const zone = await readFile(join(folder, `${selector}.txt`), 'utf8');
  return [...zone.matchAll(/"([^"]*)"/g)].map(([, string = '']) => string);
}

/** OpenDKIM's own signature on top: its milter in test mode says which field it would add. */
async function signed(message: string, canonicalization: string): Promise<Buffer> {
  const settings = {
    Mode: 's',
    Domain: 'signer.test',
    Selector: 'mail',
    KeyFile: join(folder, 'mail.private'),
    SignatureAlgorithm: 'rsa-sha256',
    Canonicalization: canonicalization,
    Syslog: 'no',
    RequireSafeKeys: 'no',
    TemporaryDirectory: folder,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(join(folder, 'conf'), lines.join(''));
  await writeFile(join(folder, 'message'), message, 'latin1');
  const { output } = await runProgram('opendkim', [
    '-x',
    join(folder, 'conf'),
    '-vv',
    '-t',
    join(folder, 'message'),
  ]);
  const [, field] = /hname='DKIM-Signature' hvalue='([^']*)'/.exec(output) ?? [];
  assert.ok(field !== undefined, output);
  return Buffer.from(`DKIM-Signature: ${field.replaceAll(/\r?\n/g, '\r\n')}\r\n${message}`, 'latin1');
}

/** What was found; or the reply, where the message was not taken. */
async function outcomeOf(
  content: Buffer,
): Promise<{ reply: string; sender?: SmtpArrival['sender'] | undefined }> {
  const opened = await openSmtpConnection({
    host: 'mx.clinic.test',
    address: '127.0.0.1',
    port: mx.port,
    localName: 'out.test',
    tls: { use: 'never' },
  });
  assert.ok(opened.ok);
  const outcome = await opened.connection.send({
    from: 'a@elsewhere.test',
    recipients: [nurse.email],
    content,
  });
  await opened.connection.quit();
  assert.ok(outcome.kind === 'answered');
  const reply = outcome.recipients[0]?.reply.lines.join(' ') ?? '';
  const messageId = /Accepted as (\S+)/.exec(reply)?.[1];
  await road.settle();
  return messageId === undefined
    ? { reply }
    : { reply, sender: arrivals.get(messageId as MessageId)?.sender };
}

road.clock.advance(Date.now() - road.clock.now().getTime()); // OpenDKIM's time is the machine's
const record = await newKey('mail');
dns.setZone({
  name: 'signer.test',
  records: [txt('mail._domainkey.signer.test', ...record), txt('_dmarc.signer.test', 'v=DMARC1; p=reject')],
});

const letter =
  'From: Desk <desk@signer.test>\r\nTo: x@y.test\r\nSubject: a  long\r\n  subject\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n Hello,  \r\n\r\nworld.\t\r\n\r\n\r\n';

for (const canonicalization of ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple']) {
  test(`a letter that OpenDKIM signed (${canonicalization}) is proven by its domain; changed, it is refused`, async () => {
    const message = await signed(letter, canonicalization);
    assert.partialDeepStrictEqual((await outcomeOf(message)).sender, { proof: 'policy', dkim: ['pass'] });
    const changed = Buffer.from(message.toString('latin1').replace('world', 'World'), 'latin1');
    assert.match((await outcomeOf(changed)).reply, /DKIM fail/);
  });
}

test('letters that programs stumble over, signed by OpenDKIM', { skip: withoutTestdata }, async () => {
  const usual = oddMessages()
    .map((message) => message.toString('latin1').replaceAll(/\r?\n/g, '\r\n'))
    // What OpenDKIM signs (it wants one From and a Date) and a server hands over.
    .filter((message) =>
      ['from', 'date'].every((name) => message.match(new RegExp(`^${name}:`, 'gim'))?.length === 1),
    )
    // It signs for authors of its own domain only.
    .map((message) => message.replace(/^from:.*(?:\r\n[ \t].*)*/im, 'From: Desk <desk@signer.test>'))
    .filter((message) => !message.includes('\0') && !/\r(?!\n)/.test(message) && message.length < 100_000);
  let proven = 0;
  for (const message of usual.slice(0, 25)) {
    const { sender, reply } = await outcomeOf(await signed(message, 'relaxed/relaxed'));
    if (!reply.startsWith('Accepted')) continue; // its header is refused as such
    assert.ok(sender?.dkim.includes('pass'), message.slice(0, 200));
    proven += 1;
  }
  assert.ok(proven >= 15, `${proven}`);
});

test('SHA-1, which OpenDKIM still writes in its other program, counts for nothing', async () => {
  const program = spawn('opendkim-testmsg', [
    '-C',
    '-d',
    'signer.test',
    '-s',
    'mail',
    '-k',
    join(folder, 'mail.private'),
  ]);
  program.stdin.end(letter.replaceAll('\r\n', '\n'));
  const output = await text(program.stdout);
  assert.match(output, /a=rsa-sha1/);
  const message = Buffer.from(output.replaceAll(/\r?\n/g, '\r\n'));
  assert.match((await outcomeOf(message)).reply, /DKIM policy/);
});
