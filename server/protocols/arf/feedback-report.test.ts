import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as z from 'zod';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import { readFeedbackReport } from './index.ts';

const Expected = z.object({
  feedback_type: z.string(),
  user_agent: z.string().nullable(),
  original_mail_from: z.string().nullable(),
  original_rcpt_to: z.union([z.string(), z.array(z.string())]).nullable(),
  source_ip: z.string().nullable(),
  incidents: z.number(),
});

const asReceived = (path: string): Buffer =>
  Buffer.from(
    testdataFile(path)
      .toString('latin1')
      .replace(/^From [^\n]*\n/, '')
      .replaceAll(/\r?\n/g, '\r\n'),
    'latin1',
  );

test('the reports of RFC 5965 and RFC 6591', { skip: withoutTestdata }, () => {
  for (const name of ['001', '002', '003', '004', '005']) {
    const expected = Expected.parse(JSON.parse(testdataFile(`arf/mail-auth/${name}.json`).toString()));
    const report = readFeedbackReport(asReceived(`arf/mail-auth/${name}.eml`));
    assert.ok(report !== null, name);
    assert.equal(report.type.replace('-', ''), expected.feedback_type.toLowerCase().replace('-', ''), name);
    assert.equal(report.userAgent, expected.user_agent, name);
    assert.equal(report.sourceIp, expected.source_ip, name);
    assert.equal(report.incidents, expected.incidents, name);
    const bare = (text: string | null) => text?.replace(/^<(.*)>$/, '$1') ?? null;
    assert.equal(report.originalMailFrom, bare(expected.original_mail_from), name);
    const recipients = [expected.original_rcpt_to ?? []].flat().map(bare);
    assert.deepEqual(report.originalRecipients, recipients, name);
  }
});

test('failure reports of receivers, one of them in words alone', { skip: withoutTestdata }, () => {
  const folder = process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../../shared/testdata');
  const names = readdirSync(join(folder, 'arf/parsedmarc-ruf')).filter((name) => name.endsWith('.eml'));
  assert.ok(names.length >= 5);
  for (const name of names) {
    const report = readFeedbackReport(asReceived(`arf/parsedmarc-ruf/${name}`));
    if (name.includes('no_arf_part')) assert.equal(report, null);
    else assert.equal(report?.type, 'auth-failure', name);
  }
});

test('whatever comes is read or is none, and nothing throws', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'Feedback-Type: abuse',
      'Content-Type: multipart/report; boundary=b',
      '--b',
      '',
      ' x',
      '--b--',
    ),
    fc.constantFrom(
      'Content-Type: message/feedback-report',
      'Incidents: 9999999',
      'Original-Rcpt-To: <a@b.test>',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      readFeedbackReport(Buffer.from(lines.join('\r\n')));
    }),
  );
});
