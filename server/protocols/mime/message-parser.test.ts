import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { composeMessage } from './compose-message.ts';
import type { BodyProblem, ReadableBody } from './message-body.ts';
import { createMessageParser } from './message-parser.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? '../shared/testdata';
const parser = createMessageParser();
after(() => parser.close());

async function read(raw: string | Buffer): Promise<ReadableBody> {
  const body = await parser.read(Buffer.from(raw));
  assert.ok(typeof body !== 'string', 'the message was refused');
  return body;
}
const message = (type: string, body: string) => `Content-Type: ${type}\r\n\r\n${body}`;

describe('reading a message', () => {
  it('reads what composeMessage wrote', async () => {
    const raw = await composeMessage({
      from: { address: 'a@x.test' },
      messageId: '1@x',
      date: new Date(0),
      text: 'naïve ✓',
      html: '<p>naïve <img src="cid:logo@x"></p>',
      attachments: [
        {
          filename: '../é\u202efdp.exe',
          contentType: 'application/pdf',
          content: Buffer.from([0, 1, 2, 255]),
        },
        { filename: 'logo.png', contentType: 'image/png', content: Buffer.from('png'), cid: 'logo@x' },
      ],
    });
    const body = await read(raw);
    assert.equal(body.text.trim(), 'naïve ✓');
    assert.equal(body.html?.trim(), '<p>naïve <img data-cid="logo@x" /></p>');
    const [logo, pdf] = body.attachments
      .toSorted((a, b) => a.contentType.localeCompare(b.contentType))
      .reverse() as [ReadableBody['attachments'][0], ReadableBody['attachments'][0]];
    assert.deepEqual([logo.filename, logo.inline, logo.cid, logo.size], ['logo.png', true, 'logo@x', 3]);
    assert.deepEqual([pdf.filename, pdf.inline, pdf.cid, pdf.size], ['éfdp.exe', false, null, 4]);
    const part = await parser.part(raw, pdf.partId);
    assert.ok(part !== null && typeof part !== 'string');
    assert.deepEqual([...part.content], [0, 1, 2, 255]);
    assert.equal(await parser.part(raw, '99'), null);
  });
  it('keeps an enclosed message as a document', async () => {
    const inner = 'Subject: inner\r\n\r\ninner text\r\n';
    for (const disposition of ['', 'Content-Disposition: inline\r\n']) {
      const body = await read(
        message(
          'multipart/mixed; boundary=b',
          `--b\r\n\r\nouter text\r\n--b\r\nContent-Type: message/rfc822\r\n${disposition}\r\n${inner}--b--\r\n`,
        ),
      );
      assert.equal(body.text.trim(), 'outer text');
      assert.deepEqual(
        body.attachments.map(({ contentType, size }) => [contentType, size]),
        [['message/rfc822', inner.length]],
      );
    }
  });
  it('makes text of HTML where there is no other, and a preview', async () => {
    const raw = Buffer.from(
      message('text/html', '<style>p{}</style><p>Hello&nbsp;<b>you</b></p><blockquote>there</blockquote>'),
    );
    assert.match((await read(raw)).text, /Hello\s+you/);
    const digest = await parser.digest(raw);
    assert.ok(typeof digest !== 'string');
    assert.match(digest.preview, /^Hello you/);
    assert.doesNotMatch(digest.text, /p\{/);
  });
  it('cuts what nobody can read', async () => {
    const body = await read(message('text/plain', 'x'.repeat(3_000_000)));
    assert.deepEqual([body.text.length, body.truncated], [1024 * 1024, true]);
  });
});

describe('bombs', () => {
  const nested = (depth: number) =>
    Array.from({ length: depth }, (_, level) =>
      message(`multipart/mixed; boundary=b${level}`, `--b${level}\r\n`),
    ).join('') + '\r\nx';
  const cases: Array<[string, () => string, BodyProblem]> = [
    ['multiparts 1,000 deep', () => nested(1000), 'too-deep'],
    [
      '10,000 parts',
      () => message('multipart/mixed; boundary="b"', '--b\r\n\r\nx\r\n'.repeat(10_000)),
      'too-many-parts',
    ],
    [
      '10,000 parts under a disguise',
      () => message('multipart/mixed; BOUNDARY = --b--', '----b--\r\n\r\nx\r\n'.repeat(10_000)),
      'too-many-parts',
    ],
    ['headers of 2 MB', () => `X: ${'x'.repeat(2_000_000)}\r\n\r\nx`, 'headers-too-large'],
    [
      'headers of 2 MB over many parts',
      () => message('multipart/mixed; boundary=b', `--b\r\nX: ${'x'.repeat(5000)}\r\n\r\nx\r\n`.repeat(400)),
      'headers-too-large',
    ],
  ];
  for (const [name, bomb, problem] of cases) {
    it(`${name}: ${problem}`, async () => assert.equal(await parser.read(Buffer.from(bomb())), problem));
  }
  it('HTML of tags alone ends in time', async () => {
    for (const unit of [
      '<div>',
      '<table><tr><td>',
      '<a href=x>',
      '<!--',
      '&',
      '<',
      '<p style="color:red;">',
      '</p>',
    ]) {
      const body = await read(message('text/html', unit.repeat(Math.floor(40_000 / unit.length))));
      assert.ok((body.html ?? '').length < 50_000_000);
    }
  });
  it('a message that takes too long costs its thread and nothing else', async () => {
    await using small = closing(createMessageParser({ threads: 1, timeLimitMs: 1 }));
    assert.equal(
      await small.parser.read(Buffer.from(message('text/html', '<p>x</p>'.repeat(100_000)))),
      'too-slow',
    );
    assert.ok(typeof (await parser.read(Buffer.from('\r\nx'))) !== 'string');
  });
  it('a message that takes too much memory costs its thread and nothing else', async () => {
    await using small = closing(createMessageParser({ threads: 1, memoryMiB: 16, timeLimitMs: 60_000 }));
    const bomb = Buffer.from(message('text/html', '<p>x</p>'.repeat(125_000)));
    assert.equal(await small.parser.read(bomb), 'too-much-memory');
    assert.ok(typeof (await small.parser.digest(Buffer.from('\r\nx'))) !== 'string');
  });
  it('slow digests leave a thread to people, who go first', async () => {
    await using small = closing(createMessageParser({ threads: 2, timeLimitMs: 3_000 }));
    const slow = Buffer.from(message('text/plain', '\r\n'.repeat(5_000_000)));
    const order: string[] = [];
    const digests = [1, 2, 3].map(async () => {
      await small.parser.digest(slow);
      order.push('digest');
    });
    for (let at = 0; at < 2; at++) {
      const body = await small.parser.read(Buffer.from('\r\nx'));
      order.push(typeof body === 'string' ? body : 'read');
    }
    await Promise.all(digests);
    assert.deepEqual(order, ['read', 'read', 'digest', 'digest', 'digest']);
  });
  it('says when too many wait', async () => {
    await using small = closing(createMessageParser({ threads: 1, waiting: 1 }));
    const raw = Buffer.from('\r\nx');
    const results = await Promise.all([
      small.parser.read(raw),
      small.parser.read(raw),
      small.parser.read(raw),
    ]);
    assert.deepEqual(
      results.map((result) => (typeof result === 'string' ? result : 'read')),
      ['read', 'read', 'too-busy'],
    );
  });
});

describe('messages of all kinds', { skip: !existsSync(testdata) && 'CAREPOST_TESTDATA is absent' }, () => {
  const folder = join(testdata, 'mime/mail-parser');
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'))
    : [];
  it('are all there', () => assert.ok(files.length > 50));
  for (const name of files) {
    it(name, async () => {
      const body = await parser.read(readFileSync(join(folder, name)));
      const digest = await parser.digest(readFileSync(join(folder, name)));
      assert.ok(typeof body !== 'string' && typeof digest !== 'string');
      for (const { partId } of body.attachments) {
        const part = await parser.part(readFileSync(join(folder, name)), partId);
        assert.ok(part !== null && typeof part !== 'string');
        assert.equal(part.content.length, part.part.size);
      }
    });
  }
});

function closing(own: ReturnType<typeof createMessageParser>) {
  return { parser: own, [Symbol.asyncDispose]: () => own.close() };
}
