import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import { readBounce, type BouncedRecipient, type BounceReason } from './index.ts';

/** The names that the collection gives to reasons. */
const theirNames: Record<BounceReason, string> = {
  'mailbox-unknown': 'userunknown',
  'mailbox-moved': 'hasmoved',
  'host-unknown': 'hostunknown',
  'mailbox-full': 'mailboxfull',
  'mailbox-disabled': 'suspend',
  filtered: 'filtered',
  blocked: 'blocked',
  'no-reverse-name': 'requireptr',
  'bad-reputation': 'badreputation',
  'sender-rejected': 'rejected',
  'authentication-failed': 'authfailure',
  policy: 'policyviolation',
  security: 'securityerror',
  'relay-denied': 'norelaying',
  spam: 'spamdetected',
  virus: 'virusdetected',
  content: 'contenterror',
  'not-standard': 'notcompliantrfc',
  'too-large': 'mesgtoobig',
  'too-fast': 'speeding',
  'too-many-connections': 'toomanyconn',
  expired: 'expired',
  'network-error': 'networkerror',
  'system-error': 'systemerror',
  'mailer-error': 'mailererror',
  'syntax-error': 'syntaxerror',
  unknown: 'undefined',
};

/** As SMTP hands it over: line ends of CRLF, and no line of an mbox before it. */
const asReceived = (file: string): Buffer =>
  Buffer.from(
    testdataFile(`bounces/bsd/${file}`)
      .toString('latin1')
      .replace(/^From [^\n]*\n/, '')
      .replaceAll(/\r?\n/g, '\r\n'),
    'latin1',
  );

test('bounces of Postfix, Exim and Gmail as they came', { skip: withoutTestdata }, (context) => {
  const rows = testdataFile('bounces/expected.tsv').toString().trim().split('\n').slice(1);
  const files = Map.groupBy(
    rows.map((row) => row.split('\t')),
    ([file = '']) => file,
  );
  const wrong = { recipient: [] as string[], weight: [] as string[], reason: [] as string[] };
  for (const [file, expected] of files) {
    const recipients = readBounce(asReceived(file))?.recipients ?? [];
    for (const [, number = '', , , reason = '', hard = ''] of expected) {
      const found: BouncedRecipient | undefined = recipients[Number(number) - 1];
      const name = `${file} ${number}`;
      if (found?.address.includes('@') !== true || recipients.length !== expected.length)
        wrong.recipient.push(`${name}: ${recipients.length}`);
      if ((found?.weight === 'hard') !== (hard === '1'))
        wrong.weight.push(`${name}: ${reason}, ${found?.reason}`);
      if (theirNames[found?.reason ?? 'unknown'] !== reason)
        wrong.reason.push(`${name}: ${reason}, ${found?.reason}`);
    }
  }
  for (const [field, list] of Object.entries(wrong)) {
    const share = (rows.length - list.length) / rows.length;
    context.diagnostic(
      `${field}: ${(share * 100).toFixed(1)} % of ${rows.length} right; not: ${list.join('; ') || 'none'}`,
    );
    assert.ok(share >= 0.95, `${field}: ${list.join('\n')}`);
  }
});

function plain(from: string, subject: string, lines: readonly string[]): Buffer {
  return Buffer.from([`From: ${from}`, `Subject: ${subject}`, '', ...lines].join('\r\n'));
}

const firstOf = (raw: Buffer) => {
  const [first] = readBounce(raw)?.recipients ?? [];
  return [first?.address, first?.reason, first?.weight, first?.status, first?.action];
};

test('qmail, which writes no fields for programs', () => {
  const raw = plain('MAILER-DAEMON@mx.test', 'failure notice', [
    'Hi. This is the qmail-send program at mx.test.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    "This is a permanent error; I've given up. Sorry it didn't work out.",
    '',
    '<nobody@clinic.test>:',
    'Sorry, no mailbox here by that name. (#5.1.1)',
    '',
    '--- Below this line is a copy of the message.',
    '',
    'Message-ID: <m1@sender.test>',
  ]);
  assert.deepEqual(firstOf(raw), ['nobody@clinic.test', 'mailbox-unknown', 'hard', '5.1.1', 'failed']);
  assert.equal(readBounce(raw)?.originalMessageId, 'm1@sender.test');
});

function report(
  fields: readonly string[],
  words: readonly string[] = [],
  type = 'message/delivery-status',
): Buffer {
  return Buffer.from(
    [
      'From: postmaster@mx.test',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"',
      '',
      '--b/1',
      'Content-Type: text/plain',
      '',
      ...words,
      '--b/1',
      `Content-Type: ${type}`,
      '',
      'Reporting-MTA: dns; mx.test',
      '',
      ...fields,
      '',
      '--b/1',
      'Content-Type: text/rfc822-headers',
      '',
      'Message-ID:',
      ' <m2@sender.test>',
      '',
      '--b/1--',
    ].join('\r\n'),
  );
}

test('Exchange: its own generators say in words what its status is', () => {
  const raw = report([
    'Final-Recipient: rfc822;anna@clinic.test',
    'Action: failed',
    'Status: 5.1.10',
    'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
  ]);
  assert.deepEqual(firstOf(raw), ['anna@clinic.test', 'mailbox-unknown', 'hard', '5.1.10', 'failed']);
  assert.equal(readBounce(raw)?.originalMessageId, 'm2@sender.test');
});

test('several recipients, one of them waiting, one arrived; the words say where the refusal was', () => {
  const raw = report(
    [
      'Original-Recipient: rfc822;anna@clinic.test',
      'Final-Recipient: rfc822;a@inner.test',
      'Action: failed',
      'Status: 5.0.0',
      'Diagnostic-Code: smtp; 550 unknown user',
      '',
      'Final-Recipient: rfc822;b@clinic.test',
      'Action: delayed',
      'Status: 4.2.2',
      '',
      'Final-Recipient: rfc822;c@clinic.test',
      'Action: relayed',
      'Status: 2.0.0',
    ],
    ['<a@inner.test>: host mx.test said: 550 unknown user (in reply to end of', '    DATA command)'],
  );
  const found = readBounce(raw)?.recipients.map(({ address, originalAddress, action, reason, weight }) => [
    address,
    originalAddress,
    action,
    reason,
    weight,
  ]);
  assert.deepEqual(found, [
    ['a@inner.test', 'anna@clinic.test', 'failed', 'filtered', 'soft'],
    ['b@clinic.test', null, 'delayed', 'mailbox-full', 'soft'],
    ['c@clinic.test', null, 'arrived', 'unknown', 'soft'],
  ]);
});

test('an address beyond ASCII, in the global form', () => {
  const raw = report(
    ['Final-Recipient: utf-8; jörg@clinic.test', 'Action: failed', 'Status: 5.1.1'],
    [],
    'message/global-delivery-status',
  );
  assert.deepEqual(firstOf(raw), ['jörg@clinic.test', 'mailbox-unknown', 'hard', '5.1.1', 'failed']);
});

test('mail of people is no bounce, even if it speaks of one', () => {
  const lines = ['anna@clinic.test:', '550 5.1.1 user unknown is what I got', ''];
  assert.equal(readBounce(plain('Berta <berta@clinic.test>', 'your mail', lines)), null);
});

test('whatever comes is read or is none, in time that grows with it', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '--b/1',
      '--b/1--',
      '',
      '<a@b.test>:',
      'a@b.test',
      'Final-Recipient: rfc822; a@b.test',
      ' 550 5.1.1 no',
    ),
    fc.constantFrom('Content-Type: message/delivery-status', 'Action: failed', '---- copy of', 'Status: 5.'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      readBounce(report(lines, lines));
      readBounce(plain('MAILER-DAEMON', 'failure notice', lines));
    }),
  );
  for (const hostile of ['<', 'a@', ' ', '550 ', '-', 'user ', 'quota ', 'a.', '<a@b.test>:\r\n'])
    readBounce(plain('MAILER-DAEMON', 'failure notice', ['<a@b.test>: 550', hostile.repeat(200_000)]));
});
