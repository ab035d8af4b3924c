import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import {
  createSigningKey,
  exportSigningKey,
  importSigningKey,
  keyRecordOf,
  signMessage,
  verifyMessage,
  type SigningKey,
} from './index.ts';

const now = new Date('2026-11-24T10:00:00Z');
const algorithms = ['rsa-sha256', 'ed25519-sha256'] as const;
const keys: SigningKey[] = await Promise.all(
  algorithms.map(async (algorithm, index) => ({
    domain: 'clinic.test',
    selector: `s${index}`,
    algorithm,
    key: importSigningKey(exportSigningKey(await createSigningKey(algorithm))),
  })),
);
const records = new Map(
  keys.map(({ selector, key }) => [`${selector}._domainkey.clinic.test`, keyRecordOf(key)]),
);

async function signed(message: Buffer): Promise<Buffer> {
  const signing = await signMessage(message, keys, now);
  assert.ok(signing.ok);
  return Buffer.concat([signing.fields, message]);
}

async function verdicts(message: Buffer): Promise<string[]> {
  const header = parseHeaderSection(message);
  assert.ok(header.ok);
  const verification = verifyMessage(
    { raw: message, section: header.section },
    {
      now,
      dns: {
        txt: async (name) => {
          const record = records.get(name);
          return record === undefined ? { kind: 'no-such-domain' } : { kind: 'found', records: [record] };
        },
      },
    },
  );
  verification.write(message.subarray(header.section.bodyStart));
  return (await verification.finish()).map(({ verdict, algorithm }) => `${verdict} ${algorithm}`);
}

const both = ['pass rsa-sha256', 'pass ed25519-sha256'];
const head =
  'From: Clinic <a@clinic.test>\r\nTo: b@x.test\r\nSubject: A\r\n folded  line\r\nList-Unsubscribe: <https://x.test/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n';

test('any body, signed with both keys, verifies', async () => {
  const bodies = fc
    .array(fc.constantFrom('\r\n', ' ', '\t', 'a', '.', '\xe9', 'word '), { maxLength: 60 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      assert.deepEqual(await verdicts(await signed(Buffer.from(`${head}\r\n${body}`, 'latin1'))), both);
    }),
    { numRuns: 50 },
  );
});

test('a body larger than a slice verifies, and each byte stays as it was', async () => {
  const message = Buffer.from(`${head}\r\n${'0123456789 abcdef\r\n'.repeat(60_000)}`);
  const sent = await signed(message);
  assert.ok(sent.subarray(-message.length).equals(message));
  assert.deepEqual(await verdicts(sent), both);
});

test('nothing that matters can be changed or added', async () => {
  const sent = (await signed(Buffer.from(`${head}\r\nhello\r\n`))).toString('latin1');
  for (const changed of [
    sent.replace('hello', 'hellO'),
    sent.replace('From: Clinic', 'From: Other'),
    sent.replace('From: Clinic', 'From: x@y.test\r\nFrom: Clinic'),
    sent.replace('Subject: A', 'Subject: B\r\nSubject: A'),
    sent.replace('To: b', 'Reply-To: c@x.test\r\nTo: b'),
    sent.replace('x.test/u', 'x.test/v'),
    sent.replace('=One-Click', '=None'),
    `${sent}more\r\n`,
  ]) {
    assert.notEqual(changed, sent);
    for (const verdict of await verdicts(Buffer.from(changed, 'latin1'))) assert.match(verdict, /^fail /);
  }
});

test('lines of a signature are short, and no field is left out of h=', async () => {
  const sent = (await signed(Buffer.from(`${head}\r\nhello\r\n`))).toString('latin1');
  const fields = sent.slice(0, sent.indexOf('From: Clinic'));
  for (const line of fields.split('\r\n')) assert.ok(line.length <= 78, line);
  for (const name of ['list-unsubscribe:', 'list-unsubscribe-post', 'from:from:', 'subject:subject:'])
    assert.ok(fields.replaceAll('\r\n\t', '').includes(name), name);
});

test('the Ed25519 key of RFC 8463 §A.2 makes the record that it shows', () => {
  const key = createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64'),
    ]),
    format: 'der',
    type: 'pkcs8',
  });
  assert.equal(keyRecordOf(key), 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
});

test('a message without From, or with a header that cannot be read, is not signed', async () => {
  assert.deepEqual(await signMessage(Buffer.from('To: a@b.test\r\n\r\nx'), keys, now), {
    ok: false,
    problem: 'no-from',
  });
  const bare = await signMessage(Buffer.from('From: a@b.test\nTo: x\r\n\r\n'), keys, now);
  assert.equal(bare.ok, false);
});
