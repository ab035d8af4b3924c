// What we sign, others verify: OpenDKIM the RSA signature, rspamd both.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSigningKey, keyRecordOf, signMessage, type SigningKey } from '#protocols/dkim/index.ts';
import { startDnsServer } from '../../lab/dns/dns-server.ts';
import { txt } from '../../lab/dns/zone.ts';
import { freePorts } from '../support/free-port.ts';
import { runProgram } from '../support/run-program.ts';

const folder = await mkdtemp(join(tmpdir(), 'dkim-signing-'));
after(() => rm(folder, { recursive: true, force: true }));
await chmod(folder, 0o755);
const keys: SigningKey[] = await Promise.all(
  (['rsa-sha256', 'ed25519-sha256'] as const).map(async (algorithm) => ({
    domain: 'clinic.test',
    selector: algorithm === 'rsa-sha256' ? 'carepost1r' : 'carepost1e',
    algorithm,
    key: await createSigningKey(algorithm),
  })),
);
const nameOf = ({ selector, domain }: SigningKey) => `${selector}._domainkey.${domain}`;

const letter = [
  'From: "A clinic" <secure@clinic.test>',
  'To: someone@outside.test',
  'Subject: A folded',
  '  subject, =?utf-8?Q?encoded?=',
  'Date: Tue, 24 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@clinic.test>',
  'List-Unsubscribe: <https://clinic.test/u>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hello,  with   blanks \t',
  '.',
  'gr\u00fc\u00dfe',
  '',
  '',
  '',
].join('\r\n');

async function signedLetter(): Promise<Buffer> {
  const message = Buffer.from(letter);
  const signing = await signMessage(message, keys, new Date());
  assert.ok(signing.ok);
  return Buffer.concat([signing.fields, message]);
}

test('OpenDKIM verifies the RSA signature, and sees a change', async () => {
  await writeFile(
    join(folder, 'keys'),
    keys.map((key) => `${nameOf(key)} ${keyRecordOf(key.key)}\n`).join(''),
  );
  const settings = {
    Mode: 'v',
    TestPublicKeys: join(folder, 'keys'),
    Syslog: 'no',
    TemporaryDirectory: folder,
  };
  await writeFile(
    join(folder, 'conf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  );
  const signed = (await signedLetter()).toString('latin1');
  const rsaOnly = signed.replace(/^DKIM-Signature: v=1; a=ed25519-sha256;(?:.*\r\n[ \t])*.*\r\n/m, '');
  assert.notEqual(rsaOnly, signed);
  for (const [message, words] of [
    [rsaOnly, /verification \(s=carepost1r,? d=clinic\.test.*\) succeeded/],
    [rsaOnly.replace('Hello', 'Hallo'), /verification .*failed|bad signature/i],
  ] as const) {
    await writeFile(join(folder, 'message'), message, 'latin1');
    const { output } = await runProgram('opendkim', [
      '-x',
      join(folder, 'conf'),
      '-vv',
      '-t',
      join(folder, 'message'),
    ]);
    assert.match(output, words);
  }
});

test('rspamd verifies both signatures', async () => {
  const dns = await startDnsServer({
    address: '127.0.0.1',
    port: 0,
    zones: [
      {
        name: 'clinic.test',
        records: keys.map((key) => txt(nameOf(key), ...(keyRecordOf(key.key).match(/.{1,255}/g) ?? []))),
      },
    ],
  });
  after(() => dns[Symbol.asyncDispose]());
  const [port = 0] = await freePorts(1);
  await writeFile(join(folder, 'tld'), 'test\n'); // compiling all that there are takes it half a minute
  await writeFile(
    join(folder, 'rspamd.conf'),
    `options { filters = "dkim"; url_tld = "${folder}/tld"; disable_hyperscan = true; pidfile = "${folder}/pid"; dns { nameserver = ["${dns.server}"]; timeout = 2s; } tempdir = "${folder}"; }
actions { reject = 15; }
logging { type = "console"; level = "warning"; }
dkim { }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
`,
  );
  const child = spawn('rspamd', ['-f', '-i', '-c', join(folder, 'rspamd.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const answer = await ask(port, await signedLetter(), () => log);
  assert.match(answer, /"R_DKIM_ALLOW"/, answer + log);
  for (const { selector } of keys) assert.ok(answer.includes(`s=${selector}`), answer);
  assert.doesNotMatch(answer, /R_DKIM_(?:REJECT|PERMFAIL|TEMPFAIL)/);
});

async function ask(port: number, message: Buffer, log: () => string): Promise<string> {
  for (let tries = 0; tries < 150; tries += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/checkv2`, {
        method: 'POST',
        body: new Uint8Array(message),
      });
      return await response.text();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`rspamd did not answer: ${log()}`);
}
