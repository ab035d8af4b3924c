import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { txtRecords, type TxtRecords } from '../../../test/support/dns-records.ts';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import { BodyHash } from './body-hash.ts';
import { canonicalizeField, canonicalizeOwnField } from './canonicalize-field.ts';
import type { DkimResult } from './result.ts';
import { verifyMessage } from './verify-message.ts';

const inLines = (text: string) => text.replaceAll(/\r?\n/g, '\r\n');

interface Options {
  at?: number;
  size?: number;
  dns?: ReturnType<typeof txtRecords>;
}

async function verify(
  raw: Buffer | string,
  records: TxtRecords,
  { at = 1_667_870_000, size = 4096, dns = txtRecords(records) }: Options = {},
): Promise<DkimResult[]> {
  const message = Buffer.from(raw);
  const parsed = parseHeaderSection(message);
  assert.ok(parsed.ok);
  const { section } = parsed;
  const header = { raw: message.subarray(0, section.bodyStart), section };
  const verification = verifyMessage(header, { dns, now: new Date(at * 1000) });
  for (let start = section.bodyStart; start < message.length; start += size)
    verification.write(message.subarray(start, start + size));
  return verification.finish();
}

const summary = (results: readonly DkimResult[]) =>
  results.map(({ verdict, reason, domain }) => [verdict, reason, domain]);
const passed = (domain: string) => ['pass', null, domain];

/** Records first, then the message, with an empty line between. */
function readFixture(number: number): { records: TxtRecords; message: string } {
  const text = inLines(testdataFile(`dkim/mail-auth/00${number}.txt`).toString('latin1'));
  const end = text.indexOf('\r\n\r\n');
  const lines = text.slice(0, end).split('\r\n');
  const records = lines.map((line) => [
    line.slice(0, line.indexOf(' ')).toLowerCase().replace(/\.$/, ''),
    [line.slice(line.indexOf(' ') + 1)],
  ]);
  return { records: Object.fromEntries(records), message: text.slice(end + 4) };
}

const domains = [
  ['football.example.com', 'football.example.com'],
  ['example.com'],
  ['ietf.org', 'ietf.org'],
  ['facebookmail.com'],
  ['topicbox.com'],
  ['github.com'],
];

test('messages of real senders verify, byte by byte too', { skip: withoutTestdata }, async () => {
  for (const [index, expected] of domains.entries()) {
    const { records, message } = readFixture(index + 1);
    for (const size of [1, 7, 4096])
      assert.deepEqual(
        summary(await verify(Buffer.from(message, 'latin1'), records, { size })),
        expected.map(passed),
        `${index + 1}`,
      );
  }
});

const football: TxtRecords = {
  'brisbane._domainkey.football.example.com': [
    'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  ],
  'test._domainkey.football.example.com': [
    'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
  ],
};
const both = [passed('football.example.com'), passed('football.example.com')];
const signed = () => inLines(testdataFile('dkim/mailauth-ec/signed.eml').toString());

test('RFC 8463 appendix A, relaxed and simple', { skip: withoutTestdata }, async () => {
  assert.deepEqual(summary(await verify(signed(), football)), both);
  const simple = inLines(testdataFile('dkim/dkimpy/rfc6376.signed.msg').toString());
  assert.deepEqual(summary(await verify(simple, football)), both);
});

test('a signature that Exim made', { skip: withoutTestdata }, async () => {
  const message = inLines(testdataFile('dkim/dkimpy/ed25519test2.msg').toString());
  const record = testdataFile('dkim/dkimpy/eximtest.dns').toString().trim();
  assert.deepEqual(summary(await verify(message, { 'sed._domainkey.test.ex': [record] })), [
    passed('test.ex'),
  ]);
});

test('any change of what is signed is found', { skip: withoutTestdata }, async () => {
  const message = signed();
  const changed = (from: string, to: string) => verify(message.replace(from, to), football);
  const failed = (reason: string) => [
    ['fail', reason, 'football.example.com'],
    ['fail', reason, 'football.example.com'],
  ];
  assert.deepEqual(summary(await changed('hungry yet', 'angry yet')), failed('body-changed'));
  assert.deepEqual(summary(await changed('dinner', 'lunch')), failed('header-changed'));
  assert.deepEqual(
    summary(await changed('From: Joe', 'From: Jim <x@y.test>\r\nFrom: Joe')),
    failed('header-changed'),
  );
  // What relaxed lets pass: folding, blanks, case, empty lines at the end.
  assert.deepEqual(summary(await changed('Subject: Is', 'SUBJECT:  Is\r\n\t')), both);
  assert.deepEqual(summary(await verify(`${message} \r\n\r\n`, football)), both);
  await fc.assert(
    fc.asyncProperty(fc.nat(message.length - 1), fc.integer({ min: 33, max: 126 }), async (at, code) => {
      const before = message.charCodeAt(at);
      fc.pre(before > 32 && before !== code);
      const other = message.slice(0, at) + String.fromCharCode(code) + message.slice(at + 1);
      const results = await verify(other, football).catch(() => []);
      // Case is nothing in relaxed field names, tags like d=, and base64 padding.
      if (String.fromCharCode(before).toLowerCase() === String.fromCharCode(code).toLowerCase()) return;
      assert.ok(results.filter(({ verdict }) => verdict === 'pass').length < 2, `${at}`);
    }),
    { numRuns: 300 },
  );
});

test('a key that is not there, revoked, wrong or out of reach', { skip: withoutTestdata }, async () => {
  const [rsa] = ['test._domainkey.football.example.com'];
  const second = async (records: readonly string[] | 'temporary') =>
    summary(await verify(signed(), { ...football, [rsa]: records }))[1]?.slice(0, 2);
  assert.deepEqual(await second('temporary'), ['temperror', 'dns-unavailable']);
  assert.deepEqual(await second(['p=']), ['permerror', 'key-revoked']);
  assert.deepEqual(await second(['k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=']), [
    'permerror',
    'wrong-key-type',
  ]);
  assert.deepEqual(
    summary(await verify(signed(), {})).map(([, reason]) => reason),
    ['no-key', 'no-key'],
  );
});

test(
  'eight signatures are looked at, and each key is asked for once',
  { skip: withoutTestdata },
  async () => {
    const message = signed();
    const own = message.slice(message.indexOf('DKIM-Signature', 10), message.indexOf('From: Joe'));
    const results = await verify(own.repeat(20) + message, football);
    assert.equal(results.length, 8);
  },
);

test('unsigned mail has no result and asks nothing', async () => {
  assert.deepEqual(await verify('From: a@b.test\r\n\r\nhello', {}), []);
});

test('a time that is over, or has not come', { skip: withoutTestdata }, async () => {
  const { records, message } = readFixture(5);
  const reasonAt = async (at: number) => (await verify(message, records, { at }))[0]?.reason;
  assert.equal(await reasonAt(1_667_930_065), 'expired');
  assert.equal(await reasonAt(1_667_843_664 - 601), 'signed-in-the-future');
  assert.equal(await reasonAt(1_667_843_664 - 599), null);
});

/** Signs with a key made here, whatever the tags say. */
function signFor(tags: string, body: string, signedBody = body) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const hash = new BodyHash('relaxed');
  hash.write(Buffer.from(signedBody));
  const bh = hash.finish().digest.toString('base64');
  const from = 'From: a@sub.example.org\r\n';
  const field = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=s1; h=from; bh=${bh}; ${tags} b=`;
  const data = canonicalizeField(from, 'relaxed') + canonicalizeOwnField(field, 'relaxed');
  const b = sign(null, createHash('sha256').update(data).digest(), privateKey).toString('base64');
  const p = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  return { message: `${field}${b}\r\n${from}\r\n${body}`, p };
}

test('l= is good for nothing but the whole body', async () => {
  const reasonOf = async (length: number, body: string) => {
    const { message, p } = signFor(`l=${length};`, body, 'hello\r\n');
    const [result] = await verify(message, { 's1._domainkey.example.org': [`k=ed25519; p=${p}`] });
    return [result?.verdict, result?.reason];
  };
  assert.deepEqual(await reasonOf(7, 'hello\r\n'), ['pass', null]);
  assert.deepEqual(await reasonOf(7, 'hello\r\nand more\r\n'), ['policy', 'body-not-covered']);
  assert.deepEqual(await reasonOf(8, 'hello\r\n'), ['permerror', 'body-shorter-than-signed']);
  assert.deepEqual(await reasonOf(7, 'hella\r\n'), ['fail', 'body-changed']);
});

test('flags of a key: testing, and no subdomains', async () => {
  const { message, p } = signFor('i=a@sub.example.org;', 'hello');
  const resultFor = async (flags: string) =>
    (await verify(message, { 's1._domainkey.example.org': [`k=ed25519; t=${flags}; p=${p}`] }))[0];
  assert.equal((await resultFor('y'))?.testing, true);
  assert.equal((await resultFor('y'))?.reason, null);
  assert.equal((await resultFor('y : s'))?.reason, 'identity-not-allowed');
});
