import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { composeMessage, type MessageToWrite } from './compose-message.ts';
import { readEssentialHeaders } from './essential-headers.ts';
import { parseHeaderSection } from './header-section.ts';
import { readBody } from './read-body.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? '../shared/testdata';
const least = {
  from: { address: 'a@x.test' },
  messageId: '1@x.test',
  date: new Date('2026-06-01T09:00:00Z'),
};

function headersOf(raw: Buffer) {
  const parsed = parseHeaderSection(raw);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem);
  return { ...readEssentialHeaders(parsed.section), keys: parsed.section.fields.map(({ key }) => key) };
}

describe('composeMessage', () => {
  it('writes what our own reader reads', async () => {
    const raw = await composeMessage({
      ...least,
      from: { name: 'Ann "A" Lee', address: 'ann@x.test' },
      replyTo: [{ address: 'r@x.test' }],
      to: [{ name: 'Bé, Sr.', address: 'b@y.test' }, { address: '"c d"@bücher.example' }],
      cc: [{ address: 'e@y.test' }],
      subject: 'naïve ✓',
      text: 'text',
      inReplyTo: '0@x',
      references: ['z@x', '0@x'],
      headers: { 'X-Own': 'value' },
    });
    const headers = headersOf(raw);
    assert.deepEqual(headers.from, [{ name: 'Ann "A" Lee', address: 'ann@x.test' }]);
    assert.deepEqual(headers.to, [
      { name: 'Bé, Sr.', address: 'b@y.test' },
      { name: '', address: '"c d"@xn--bcher-kva.example' },
    ]);
    assert.deepEqual(
      [
        headers.subject,
        headers.messageId,
        headers.inReplyTo,
        headers.references,
        headers.date?.getTime(),
        headers.cc[0]?.address,
        headers.replyTo[0]?.address,
      ],
      ['naïve ✓', '1@x.test', ['0@x'], ['z@x', '0@x'], least.date.getTime(), 'e@y.test', 'r@x.test'],
    );
    assert.ok(
      headers.keys.includes('x-own') && !headers.keys.includes('bcc') && !headers.keys.includes('x-mailer'),
    );
  });
  it('ends every line with CRLF and keeps lines short', async () => {
    const raw = await composeMessage({
      ...least,
      subject: 'long '.repeat(300),
      text: `${'x'.repeat(5000)}\nand\r\nmore`,
      html: `<p>${'é'.repeat(5000)}</p>\n`,
    });
    assert.doesNotMatch(raw.toString('latin1').replaceAll('\r\n', ''), /[\r\n]/);
    for (const line of raw.toString('latin1').split('\r\n')) assert.ok(line.length <= 998);
  });
  it('lets nothing out of its field', async () => {
    const breaking = 'x\r\nBcc: evil@x.test\r\n\r\nbody';
    const raw = await composeMessage({
      ...least,
      from: { name: breaking, address: 'a@x.test' },
      to: [{ name: breaking, address: 'b@x.test' }],
      subject: breaking,
      attachments: [{ filename: breaking, contentType: breaking, content: Buffer.from('x'), cid: breaking }],
      messageId: breaking,
      inReplyTo: breaking,
      references: [breaking],
    });
    assert.ok(!headersOf(raw).keys.includes('bcc'));
    assert.doesNotMatch(raw.toString(), /^Bcc:/m);
    for (const headers of [{ 'X-A': breaking }, { 'X-A\r\nBcc': 'x' }, { 'X-A: y': 'x' }]) {
      await assert.rejects(composeMessage({ ...least, headers }), RangeError);
    }
  });
  it('reads no file and fetches nothing', async () => {
    const sly = {
      filename: 'x',
      contentType: 'text/plain',
      content: Buffer.from('safe'),
      path: '/etc/passwd',
      href: 'http://127.0.0.1:1/',
    };
    const body = await readBody(await composeMessage({ ...least, attachments: [sly] }));
    assert.ok(typeof body !== 'string');
    assert.equal(body.attachments[0]?.size, 4);
  });
  it('carries any text and any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.uint8Array(), async (text, content) => {
        fc.pre(!/[\p{Cc}\ufeff]/u.test(text));
        const message: MessageToWrite = {
          ...least,
          text,
          attachments: [
            { filename: 'f', contentType: 'application/octet-stream', content: Buffer.from(content) },
          ],
        };
        const body = await readBody(await composeMessage(message));
        assert.ok(typeof body !== 'string');
        assert.equal(body.text.replace(/\n$/, ''), text);
        assert.equal(body.attachments[0]?.size, content.length);
      }),
      { numRuns: 50 },
    );
  });
  it(
    'takes naughty strings in every field',
    { skip: !existsSync(testdata) && 'CAREPOST_TESTDATA is absent' },
    async () => {
      const strings = JSON.parse(
        readFileSync(join(testdata, 'strings/blns.base64.json'), 'utf8'),
      ) as string[];
      for (const encoded of strings) {
        const text = Buffer.from(encoded, 'base64').toString();
        const raw = await composeMessage({
          ...least,
          from: { name: text, address: 'a@x.test' },
          subject: text,
          text,
          html: text,
          attachments: [{ filename: text, contentType: 'text/plain', content: Buffer.from(text) }],
        });
        const headers = headersOf(raw);
        assert.equal(headers.from[0]?.address, 'a@x.test');
        const plain = (value: string) => value.replace(/[\p{C}\s]+/gu, ' ').trim();
        assert.equal(plain(headers.subject), plain(text));
        assert.ok(typeof (await readBody(raw)) !== 'string');
      }
    },
  );
});
