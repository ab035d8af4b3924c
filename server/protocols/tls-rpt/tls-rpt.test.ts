import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import {
  composeTlsReportMail,
  packTlsReport,
  parseTlsRptRecord,
  policyTypes,
  readTlsReport,
  readTlsReportMail,
  resultTypes,
  type TlsReport,
} from './index.ts';

const crlf = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

test('the reports of real senders are read', { skip: withoutTestdata }, () => {
  for (const [file, sender, succeeded, failed] of [
    ['mail-auth/rpt01.json', 'Company-X', 5326, 303],
    ['mail-auth/rpt02.json', 'Google Inc.', 23, 1],
    ['mail-auth/rpt03.json', 'Google Inc.', 2, 0],
    ['parsedmarc/smtp_tls.json', 'Example Inc.', 0, 3],
    ['parsedmarc/rfc8460.json', 'Company-X', 5326, 303],
    ['parsedmarc/mail.ru.json', 'Mail.ru', 0, 1],
  ] as const) {
    const read = readTlsReport(testdataFile(`tlsrpt/${file}`));
    assert.ok(read.kind === 'report', file);
    assert.equal(read.report.organization, sender);
    const sum = (of: 'succeeded' | 'failed') =>
      read.report.policies.reduce((total, policy) => total + policy[of], 0);
    assert.deepEqual([sum('succeeded'), sum('failed')], [succeeded, failed], file);
  }
  for (const file of [
    'mail-auth/rpt01.eml',
    'mail-auth/rpt02.eml',
    'mox/microsoft.eml',
    'mox/example.eml',
    'parsedmarc/google.com_smtp_tls_report.eml',
  ]) {
    const read = readTlsReportMail(crlf(testdataFile(`tlsrpt/${file}`)));
    assert.equal(read?.kind, 'report', file);
  }
});

test('records', () => {
  assert.deepEqual(parseTlsRptRecord(['v=TLSRPTv1; rua=mailto:a@b.test,https://r.test/v1;']), {
    mail: ['a@b.test'],
    https: ['https://r.test/v1'],
  });
  assert.deepEqual(parseTlsRptRecord(['other', 'v=TLSRPTv1;rua=mailto:a%2Bb@b.test?x=1']), {
    mail: ['a+b@b.test'],
    https: [],
  });
  for (const bad of [
    [],
    ['v=TLSRPTv2; rua=mailto:a@b.test'],
    ['v=TLSRPTv1; rua=http://r.test'],
    ['v=TLSRPTv1'],
    ['v=TLSRPTv1; rua=mailto:a@b.test', 'v=TLSRPTv1; rua=mailto:c@b.test'],
    ['v=TLSRPTv1; rua=mailto:%0d%0aBcc:x@y'],
  ])
    assert.equal(parseTlsRptRecord(bad), null);
});

const report: fc.Arbitrary<TlsReport> = fc.record({
  reportId: fc.uuid(),
  organization: fc.constant('A Clinic'),
  contact: fc.constant('postmaster@clinic.test'),
  from: fc.constant(new Date('2026-06-01T00:00:00Z')),
  to: fc.constant(new Date('2026-06-01T23:59:59Z')),
  policies: fc.array(
    fc.record({
      type: fc.constantFrom(...policyTypes),
      domain: fc.constant('partner.test'),
      policy: fc.array(fc.constantFrom('version: STSv1', '3 1 1 aa'), { maxLength: 3 }),
      mxHosts: fc.array(fc.constant('mx.partner.test'), { maxLength: 2 }),
      succeeded: fc.nat(),
      failed: fc.nat(),
      failures: fc.array(
        fc.record({
          result: fc.constantFrom(...resultTypes),
          sessions: fc.nat(),
          sendingIp: fc.constant(undefined),
          receivingMx: fc.constant('mx.partner.test'),
          receivingIp: fc.constant('192.0.2.1'),
          reason: fc.constant(undefined),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

test('what is written is read again, as a file and as a message', () => {
  fc.assert(
    fc.property(report, (given) => {
      const expected = { kind: 'report', report: structuredClone(given) }; // fast-check's objects have no prototype
      assert.deepEqual(readTlsReport(packTlsReport(given)), expected);
      const mail = composeTlsReportMail(given, {
        domain: 'partner.test',
        submitter: 'clinic.test',
        from: 'tls-reports@clinic.test',
        to: 'rua@partner.test',
        messageId: `${given.reportId}@clinic.test`,
        date: new Date('2026-06-02T00:10:00Z'),
      });
      assert.deepEqual(readTlsReportMail(mail), expected);
      assert.match(
        mail.toString(),
        /^TLS-Report-Domain: partner\.test\r\nTLS-Report-Submitter: clinic\.test\r$/m,
      );
    }),
  );
});

test('anything may come', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(readTlsReport(Buffer.from(bytes)).kind, 'unreadable');
      readTlsReportMail(Buffer.from(bytes));
    }),
  );
  fc.assert(fc.property(fc.json(), (json) => void readTlsReport(Buffer.from(json))));
});

test('a bomb is too large', () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, 32));
  assert.deepEqual(readTlsReport(bomb), { kind: 'unreadable', because: 'too-large' });
});
