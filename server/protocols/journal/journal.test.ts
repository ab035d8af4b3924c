import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTransfer, readEntity, splitMultipart } from '#protocols/mime/index.ts';
import { composeJournalReport, type JournaledEnvelope } from './index.ts';

const at = new Date('2026-11-24T10:00:00Z');
const envelope: JournaledEnvelope = {
  direction: 'outgoing',
  sender: 'nurse@clinic.test',
  recipients: [
    { address: 'a@x.test', kind: 'to' },
    { address: 'hidden@x.test', kind: 'bcc' },
  ],
  at,
};
const report = (message: Buffer, more: Partial<JournaledEnvelope> = {}): Buffer =>
  composeJournalReport({
    from: 'journal@clinic.test',
    to: 'archive@vault.test',
    messageId: 'journal.1@clinic.test',
    envelope: { ...envelope, ...more },
    message,
    now: at,
  });

function partsOf(raw: Buffer): { text: string; enclosed: Buffer; type: string } {
  const read = readEntity(raw);
  ok(read.ok);
  const [first, second] = splitMultipart(read.entity)?.parts ?? [];
  const words = readEntity(first ?? Buffer.alloc(0));
  const message = readEntity(second ?? Buffer.alloc(0));
  ok(words.ok && message.ok);
  const text = decodeTransfer(words.entity.body, words.entity.encoding).content.toString();
  return { text, enclosed: message.entity.body, type: message.entity.type };
}

test('envelope and direction are lines of the text, those of Bcc among them', () => {
  const raw = report(
    Buffer.from('Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@clinic.test>\r\n\r\nHi\r\n'),
  );
  equal(
    partsOf(raw).text,
    [
      'Sender: nurse@clinic.test',
      'Subject: Grüße',
      'Message-Id: <1@clinic.test>',
      'To: a@x.test',
      'Bcc: hidden@x.test',
      'Direction: outgoing',
      'Date: 2026-11-24T10:00:00.000Z',
      '',
    ].join('\r\n'),
  );
  match(raw.toString(), /^X-MS-Journal-Report:/m);
  equal(partsOf(raw).type, 'message/rfc822');
  equal(partsOf(report(Buffer.from('Subject: é\r\n\r\nHi\r\n'))).type, 'message/global');
});

test('property: the message is enclosed octet for octet, and nothing of it becomes a line of ours', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (bytes, words) => {
      const message = Buffer.concat([Buffer.from('Subject: s\r\n\r\n'), Buffer.from(bytes)]);
      const { text, enclosed } = partsOf(report(message, { sender: words }));
      deepEqual(enclosed, message);
      equal(text.split('\r\n').filter((line) => line.startsWith('Direction: ')).length, 1);
    }),
  );
});
