import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { composeDsn, statusForReply } from './index.ts';
import type { DsnReport } from './index.ts';

const report: DsnReport = {
  reportingMta: 'mail.clinic.test',
  from: { address: 'mailer-daemon@clinic.test', name: 'Clinic "mail"' },
  to: 'nurse@clinic.test',
  messageId: 'dsn-1@mail.clinic.test',
  date: new Date('2026-11-24T10:00:00Z'),
  subject: 'Not delivered',
  text: 'The message did not reach one of its recipients.\nNo such mailbox.',
  arrivedAt: new Date('2026-11-24T09:58:00Z'),
  recipients: [
    {
      address: 'a@x.test',
      action: 'failed',
      status: '5.1.1',
      remoteMta: 'mx.x.test',
      diagnostic: '550 5.1.1 no\r\nsuch user é',
    },
    {
      address: 'b@x.test',
      action: 'delayed',
      status: '4.4.1',
      lastAttemptAt: new Date('2026-11-24T09:59:00Z'),
    },
  ],
  returnedHeaders: Buffer.from('From: nurse@clinic.test\r\nMessage-ID: <m1@clinic.test>\r\n'),
  inReplyTo: '<m1@clinic.test>',
};

const partOf = (raw: string, type: string): string => {
  const start = raw.indexOf(`Content-Type: ${type}`);
  return raw.slice(start, raw.indexOf('\r\n--dsn-', start));
};

test('a report has words, fields for programs and the returned headers', async () => {
  const raw = composeDsn(report);
  const parsed = await PostalMime.parse(raw);
  assert.equal(parsed.subject, 'Not delivered');
  assert.equal(parsed.inReplyTo, '<m1@clinic.test>');
  assert.equal(parsed.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-replied');
  assert.match(parsed.text ?? '', /No such mailbox/);
  const fields = partOf(raw.toString(), 'message/delivery-status').split('\r\n\r\n').slice(1);
  assert.deepEqual(fields[0]?.split('\r\n'), [
    'Reporting-MTA: dns; mail.clinic.test',
    'Arrival-Date: Tue, 24 Nov 2026 09:58:00 +0000',
  ]);
  assert.deepEqual(fields[1]?.split('\r\n'), [
    'Final-Recipient: rfc822; a@x.test',
    'Action: failed',
    'Status: 5.1.1',
    'Remote-MTA: dns; mx.x.test',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user ?',
  ]);
  assert.match(
    fields[2] ?? '',
    /^Final-Recipient: rfc822; b@x.test\r\nAction: delayed\r\nStatus: 4.4.1\r\nLast-Attempt-Date: /,
  );
  assert.match(partOf(raw.toString(), 'text/rfc822-headers'), /Message-ID: <m1@clinic.test>/);
});

test('an address beyond ASCII makes the global form', () => {
  const raw = composeDsn({
    ...report,
    recipients: [{ address: 'jörg@x.test', action: 'failed', status: '5.1.1' }],
  }).toString();
  assert.match(raw, /report-type=global-delivery-status/);
  assert.match(partOf(raw, 'message/global-delivery-status'), /Final-Recipient: utf-8; jörg@x.test/);
});

test('values cannot start headers of their own', () => {
  const raw = composeDsn({
    ...report,
    recipients: [{ address: 'a@x.test\r\nAction: relayed', action: 'failed', status: '5.1.1' }],
  }).toString();
  assert.doesNotMatch(raw, /^Action: relayed/m);
});

test('the enhanced status is kept only where its class agrees with the reply', () => {
  assert.equal(statusForReply({ code: 550, enhanced: '5.1.1' }), '5.1.1');
  assert.equal(statusForReply({ code: 550, enhanced: '4.2.2' }), '5.0.0');
  assert.equal(statusForReply({ code: 451, enhanced: null }), '4.0.0');
});
