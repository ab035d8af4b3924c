import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { viewBody } from './body-structure.ts';
import { bodyValue } from './body-value.ts';
import { readEmailDraft } from './email-draft.ts';
import { contentOf, readPartTree } from './part-tree.ts';
import { writeMessage } from './write-message.ts';
import type { JsonObject } from '../json.ts';
import type { MimePart } from './part-tree.ts';

const picture = { content: Buffer.from([0, 1, 2, 255]), type: 'image/png' };
const blobs = new Map([
  ['B1', picture],
  ['B2', { content: Buffer.from('Subject: inner\n\nhi\n'), type: 'message/rfc822' }],
]);

function write(object: JsonObject): Buffer {
  const outcome = readEmailDraft(object);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return writeMessage(outcome.draft, {
    blobs,
    messageId: 'id@carepost.test',
    date: 'Thu, 30 Oct 2014 06:12:00 +0000',
  });
}

function outline(part: MimePart): unknown {
  return part.partId === null ? [part.type, ...part.subParts.map(outline)] : part.type;
}

function refusal(object: JsonObject): readonly string[] | undefined {
  const outcome = readEmailDraft(object);
  assert.ok(!outcome.ok, JSON.stringify(object));
  return outcome.error.properties;
}

const rich = {
  from: [{ name: 'Ann', email: 'ann@clinic.test' }],
  to: [{ name: null, email: 'bo@practice.test' }],
  bcc: [{ email: 'hidden@practice.test' }],
  subject: 'Überweisung',
  'header:X-Thing:asText': 'ä',
  textBody: [{ partId: 't' }],
  htmlBody: [{ partId: 'h' }],
  attachments: [
    { blobId: 'B1', cid: 'pic@x', disposition: 'inline' },
    { blobId: 'B1', name: 'naïve "file".png', type: 'image/png' },
    { blobId: 'B2' },
  ],
  bodyValues: { t: { value: 'Grüße\nzeile zwei ' }, h: { value: '<p>Grüße</p>' } },
};

test('arranges text, HTML, its pictures and the files', () => {
  const raw = write(rich);
  const tree = readPartTree(raw);
  assert.deepEqual(outline(tree), [
    'multipart/mixed',
    ['multipart/alternative', 'text/plain', ['multipart/related', 'text/html', 'image/png']],
    'image/png',
    'message/rfc822',
  ]);
  const { textBody, htmlBody, attachments } = viewBody(tree);
  assert.deepEqual(
    textBody.map((part) => bodyValue(raw, part).value),
    ['Grüße\nzeile zwei '],
  );
  assert.deepEqual(
    htmlBody.map((part) => bodyValue(raw, part).value),
    ['<p>Grüße</p>'],
  );
  assert.deepEqual(
    attachments.map((part) => part.name),
    [null, 'naïve "file".png', null],
  );
  assert.deepEqual(
    attachments.map((part) => part.disposition),
    ['inline', 'attachment', 'attachment'],
  );
  assert.deepEqual(contentOf(raw, attachments[1] ?? tree).content, picture.content);
});

test('another reader understands it', async () => {
  const email = await new PostalMime().parse(write(rich));
  assert.equal(email.subject, 'Überweisung');
  assert.equal(email.from?.address, 'ann@clinic.test');
  assert.equal(email.messageId, '<id@carepost.test>');
  assert.deepEqual(
    email.bcc?.map((each) => each.address),
    ['hidden@practice.test'],
  );
  assert.equal(email.html?.trim(), '<p>Grüße</p>');
  assert.equal(email.text?.trimEnd(), 'Grüße\nzeile zwei');
  assert.equal(email.attachments[1]?.filename, 'naïve "file".png');
  assert.equal(email.attachments[0]?.contentId, '<pic@x>');
});

test('lines hold the limits of SMTP and end in CRLF', () => {
  const raw = write({
    ...rich,
    subject: 'x '.repeat(400),
    bodyValues: { t: { value: `${'y'.repeat(5_000)}\rz` }, h: { value: 'é'.repeat(5_000) } },
  });
  assert.ok(
    raw
      .toString()
      .split('\r\n')
      .every((line) => Buffer.byteLength(line) <= 998 && !/[\r\n]/.test(line)),
  );
});

test('any text comes back as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const value = text.replace(/\r\n?/g, '\n').replaceAll('\0', '');
      const raw = write({ textBody: [{ partId: '1' }], bodyValues: { 1: { value: text } } });
      assert.equal(bodyValue(raw, readPartTree(raw)).value, value.toWellFormed());
    }),
  );
});

test('a given structure is kept', () => {
  const raw = write({
    bodyStructure: {
      type: 'multipart/report',
      'header:Content-Note:asText': 'x',
      subParts: [
        { type: 'text/plain', partId: 'a', language: ['en'] },
        { type: 'image/png', blobId: 'B1', disposition: 'attachment', location: 'http://x/' },
      ],
    },
    bodyValues: { a: { value: 'hi' } },
  });
  const tree = readPartTree(raw);
  assert.deepEqual(outline(tree), ['multipart/report', 'text/plain', 'image/png']);
  assert.deepEqual(tree.subParts[0]?.language, ['en']);
  assert.equal(tree.subParts[1]?.location, 'http://x/');
});

test('nothing at all makes an empty message', () => {
  assert.equal(bodyValue(write({}), readPartTree(write({}))).value, '');
});

test('refuses what RFC 8621 §4.6 forbids, naming the properties', () => {
  const values = { bodyValues: { 1: { value: 'x' } } };
  assert.deepEqual(refusal({ headers: [] }), ['headers']);
  assert.deepEqual(refusal({ 'header:Content-Type': 'text/html' }), ['header:Content-Type']);
  assert.deepEqual(refusal({ subject: 'a', 'header:subject:asText': 'b' }), ['header:subject:asText']);
  assert.deepEqual(refusal({ subject: 'a\r\nBcc: b' }), ['subject']);
  assert.deepEqual(refusal({ 'header:Subject:asDate': null }), ['header:Subject:asDate']);
  assert.deepEqual(refusal({ bodyStructure: { partId: '1' }, textBody: [{ partId: '1' }], ...values }), [
    'bodyStructure',
  ]);
  assert.deepEqual(refusal({ textBody: [{ partId: '1' }, { partId: '1' }], ...values }), ['textBody']);
  assert.deepEqual(refusal({ textBody: [{ partId: '1', type: 'text/html' }], ...values }), ['textBody']);
  assert.deepEqual(refusal({ textBody: [{ partId: '2' }], ...values }), ['textBody']);
  assert.deepEqual(refusal({ textBody: [{ partId: '1', charset: 'utf-8' }], ...values }), ['textBody']);
  assert.deepEqual(refusal({ textBody: [{ partId: '1', blobId: 'B1' }], ...values }), ['textBody']);
  assert.deepEqual(
    refusal({ htmlBody: [{ partId: '1', 'header:Content-Transfer-Encoding': '7bit' }], ...values }),
    ['htmlBody'],
  );
  assert.deepEqual(
    refusal({ textBody: [{ partId: '1' }], bodyValues: { 1: { value: 'x', isTruncated: true } } }),
    ['bodyValues'],
  );
  assert.deepEqual(refusal({ attachments: [{ blobId: 'B1', name: 'a\r\nb' }] }), ['attachments']);
  assert.deepEqual(refusal({ unknown: 1 }), ['unknown']);
});
