import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { editHeaders, formatField } from './edit-headers.ts';
import { readEssentialHeaders } from './essential-headers.ts';
import { HeaderCollector } from './header-collector.ts';
import { headerLimits, parseHeaderSection, type HeaderSection } from './header-section.ts';

function sectionOf(text: string | Buffer): HeaderSection {
  const result = parseHeaderSection(Buffer.from(text));
  assert.ok(result.ok, result.ok ? '' : result.problem);
  return result.section;
}
function problemOf(text: string | Buffer): string {
  const result = parseHeaderSection(Buffer.from(text));
  assert.ok(!result.ok);
  return result.problem;
}

describe('parseHeaderSection', () => {
  it('unfolds, trims and keeps the order, and stops at the empty line', () => {
    const section = sectionOf('Subject: one\r\n two\r\nX-A:\r\nX-A :\t b \r\n\r\nBcc: not a field\r\n');
    assert.deepEqual(
      section.fields.map(({ name, value }) => [name, value]),
      [
        ['Subject', 'one two'],
        ['X-A', ''],
        ['X-A', 'b'],
      ],
    );
    assert.equal(section.bodyStart - section.fieldsEnd, 2);
  });
  it('takes a message without a body, and one without a header', () => {
    assert.equal(sectionOf('A: 1\r\n').fields.length, 1);
    assert.equal(sectionOf('A: 1').fields[0]?.value, '1');
    assert.deepEqual(sectionOf('\r\nbody'), { fields: [], fieldsEnd: 0, bodyStart: 2 });
    assert.equal(sectionOf('').fields.length, 0);
  });
  it('reads UTF-8, and Latin-1 where it is no UTF-8', () => {
    assert.equal(sectionOf('Subject: naïve ✓\r\n').fields[0]?.value, 'naïve ✓');
    assert.equal(sectionOf(Buffer.from('Subject: caf\xe9\r\n', 'latin1')).fields[0]?.value, 'café');
  });
  it('refuses what others could read in another way', () => {
    assert.equal(problemOf('A: 1\nBcc: x\r\n\r\n'), 'bare-line-break');
    assert.equal(problemOf('A: 1\rBcc: x\r\n\r\n'), 'bare-line-break');
    assert.equal(problemOf('A: 1\r\r\n\r\n'), 'bare-line-break');
    assert.equal(problemOf('A: \0\r\n\r\n'), 'nul-byte');
    assert.equal(problemOf(' A: 1\r\n\r\n'), 'malformed-field');
    assert.equal(problemOf('hello\r\n\r\n'), 'malformed-field');
    assert.equal(problemOf(': x\r\n\r\n'), 'malformed-field');
    assert.equal(problemOf('A b: x\r\n\r\n'), 'malformed-field');
    assert.equal(problemOf('B\u00e9: x\r\n\r\n'), 'malformed-field');
  });
  it('holds its limits, however the bytes are laid out', () => {
    assert.equal(problemOf('A: 1\r\n'.repeat(headerLimits.fields + 1)), 'too-many-fields');
    assert.equal(problemOf(`A: ${'x'.repeat(headerLimits.bytes)}\r\n\r\n`), 'header-too-large');
    assert.equal(problemOf(`A: 1\r\n${' x\r\n'.repeat(headerLimits.bytes / 4)}\r\n`), 'header-too-large');
    assert.equal(sectionOf('A: 1\r\n'.repeat(headerLimits.fields)).fields.length, headerLimits.fields);
  });
  it('costs linear work for blanks without end', () => {
    const value = `a${' \t'.repeat(headerLimits.bytes / 2 - 20)}b`;
    assert.equal(sectionOf(`Subject: ${value}\r\n\r\n`).fields[0]?.value, value);
  });
  it('accounts for every byte', () => {
    const name = fc.stringMatching(/^[!-9;-~]{1,20}$/);
    const value = fc.stringMatching(/^[!-~]( ?[!-~]){0,40}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), fc.string(), (fields, body) => {
        const raw = Buffer.from(fields.map(([key, text]) => `${key}: ${text}\r\n`).join('') + `\r\n${body}`);
        const section = sectionOf(raw);
        assert.deepEqual(
          section.fields.map((field) => [field.name, field.value]),
          fields,
        );
        assert.equal(raw.subarray(section.bodyStart).toString(), body);
        assert.deepEqual(editHeaders(raw, section, {}).bytes, raw);
        const edit = { remove: new Set(['a']), prepend: [{ name: 'B', value: 'é '.repeat(60) }] };
        const edited = editHeaders(raw, section, edit);
        assert.deepEqual(edited.result, parseHeaderSection(edited.bytes));
      }),
    );
  });
});

describe('HeaderCollector', () => {
  const message = Buffer.from('A: 1\r\nB: 2\r\n 3\r\n\r\nbody\r\n\r\nmore');
  it('finds the end whatever the chunks', () => {
    for (const size of [1, 2, 3, 7, 4096]) {
      const collector = new HeaderCollector();
      let rest = Buffer.alloc(0);
      let header: Buffer | null = null;
      for (let at = 0; at < message.length; at += size) {
        const chunk = message.subarray(at, at + size);
        if (header !== null) {
          rest = Buffer.concat([rest, chunk]);
          continue;
        }
        const result = collector.push(chunk);
        if (result.state === 'complete') {
          header = result.header;
          rest = Buffer.from(result.rest);
        }
      }
      assert.equal(header?.toString(), 'A: 1\r\nB: 2\r\n 3\r\n\r\n');
      assert.equal(rest.toString(), 'body\r\n\r\nmore');
    }
  });
  it('sees an empty header section, also byte by byte', () => {
    assert.equal(new HeaderCollector().push(Buffer.from('\r\nbody')).state, 'complete');
    const collector = new HeaderCollector();
    assert.equal(collector.push(Buffer.from('\r')).state, 'more');
    assert.equal(collector.push(Buffer.from('\n')).state, 'complete');
  });
  it('gives up above the limit', () => {
    const collector = new HeaderCollector();
    assert.equal(collector.push(Buffer.alloc(headerLimits.bytes, 'x')).state, 'more');
    assert.equal(collector.push(Buffer.from('x')).state, 'too-large');
  });
});

describe('editHeaders', () => {
  const raw = Buffer.from(
    'Bcc: a@x.test\r\nTo: b@x.test,\r\n c@x.test\r\nBCC : d@x.test\r\n\r\nBcc: body\r\n',
  );
  it('removes and prepends, and leaves the rest alone', () => {
    const edited = editHeaders(raw, sectionOf(raw), {
      remove: new Set(['bcc']),
      prepend: [{ name: 'Received', value: 'from x' }],
    });
    assert.equal(
      edited.bytes.toString(),
      'Received: from x\r\nTo: b@x.test,\r\n c@x.test\r\n\r\nBcc: body\r\n',
    );
  });
  it('ends a last field that has no line break', () => {
    const open = Buffer.from('A: 1');
    assert.equal(
      editHeaders(open, sectionOf(open), { prepend: [{ name: 'B', value: '2' }] }).bytes.toString(),
      'B: 2\r\nA: 1\r\n',
    );
  });
  it('refuses to be broken out of', () => {
    assert.throws(() => formatField('A', 'x\r\nBcc: y'), RangeError);
    assert.throws(() => formatField('A:\r\nB', 'x'), RangeError);
  });
  it('folds and encodes so that the value comes back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\S( ?\S){0,150}$/u), (value) => {
        const clean = value
          .replace(/[\p{Cc}\s\ufeff]/gu, ' ')
          .replace(/ +/g, ' ')
          .trim()
          .toWellFormed();
        const section = sectionOf(Buffer.concat([formatField('Subject', clean), Buffer.from('\r\n')]));
        assert.equal(readEssentialHeaders(section).subject, clean);
      }),
    );
  });
});

describe('readEssentialHeaders', () => {
  it('reads what lists and threads need', () => {
    const section = sectionOf(
      'From: =?utf-8?q?Ann_L=C3=A9e?= <Ann@X.test>\r\nTo: b@x.test\r\nTo: c@x.test\r\nSubject: =?utf-8?b?w6k=?=\r\n' +
        'Message-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\nReferences: <a@x>\r\n <0@x>\r\nDate: Tue, 1 Jul 2003 10:52:37 +0200 (CEST)\r\n' +
        'Content-Type: Multipart/Mixed; boundary=x\r\n\r\n',
    );
    assert.deepEqual(readEssentialHeaders(section), {
      subject: 'é',
      from: [{ name: 'Ann Lée', address: 'Ann@x.test' }],
      sender: [],
      replyTo: [],
      to: [
        { name: '', address: 'b@x.test' },
        { name: '', address: 'c@x.test' },
      ],
      cc: [],
      bcc: [],
      date: new Date('2003-07-01T08:52:37Z'),
      messageId: '1@x',
      inReplyTo: ['0@x'],
      references: ['a@x', '0@x'],
      contentType: 'multipart/mixed',
    });
  });
  it('does without any of it', () => {
    const headers = readEssentialHeaders(sectionOf('\r\n'));
    assert.deepEqual(
      [headers.subject, headers.date, headers.messageId, headers.contentType],
      ['', null, null, 'text/plain'],
    );
  });
});
