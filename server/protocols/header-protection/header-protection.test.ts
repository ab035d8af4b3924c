import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { joinMessage, protectHeaders, readProtectedHeaders } from './index.ts';

const message = Buffer.from(
  [
    'Received: from a.test by b.test; Mon, 2 Nov 2026 10:00:00 +0000',
    'From: Ann <ann@clinic.test>',
    'To: Bob <bob@partner.test>',
    'Subject: =?UTF-8?B?UsOpc3VsdGF0?=',
    ' of the test',
    'Keywords: secret',
    'Date: Mon, 2 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@clinic.test>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Body',
    '',
  ].join('\r\n'),
);
const signed = { signed: true, encrypted: true, signers: ['ann@clinic.test'] };

function protect(protection: 'clear' | 'cipher') {
  const made = protectHeaders(message, protection);
  ok(made);
  return made;
}

describe('Writing', () => {
  test('an encrypted message shows no subject and no keywords outside', () => {
    const { outerFields, payload } = protect('cipher');
    const outer = outerFields.toString();
    ok(outer.includes('Subject: [...]\r\n'));
    ok(!/secret|UsOpc|of the test|Content-/.test(outer), outer);
    const inner = payload.toString();
    ok(inner.includes('HP-Outer: Subject: [...]\r\n'));
    ok(inner.includes('HP-Outer: From: Ann <ann@clinic.test>\r\n'));
    ok(
      inner.includes(
        'Content-Type: text/plain; charset=utf-8;\r\n hp="cipher";\r\n hp-legacy-display="1"\r\n',
      ),
    );
    ok(!/HP-Outer: Keywords|Received/.test(inner));
    ok(inner.endsWith('\r\n\r\nSubject: Résultat of the test\r\nKeywords: secret\r\n\r\nBody\r\n'));
  });

  test('a signed message shows all outside and records nothing', () => {
    const { outerFields, payload } = protect('clear');
    ok(outerFields.toString().includes('of the test'));
    ok(payload.toString().includes('hp="clear"'));
    ok(!payload.toString().includes('HP-Outer'));
  });

  test('claims about protection that were there already are taken out', () => {
    const claimed = Buffer.from(
      'From: a@b.test\r\nHP-Outer: From: x@y.test\r\nContent-Type: text/plain; protected-headers="v1"; hp=clear\r\n\r\n',
    );
    const made = protectHeaders(claimed, 'cipher');
    const payload = made?.payload.toString() ?? '';
    ok(payload.includes('Content-Type: text/plain;\r\n hp="cipher"\r\n'), payload);
    ok(!payload.includes('x@y.test'));
  });

  test('a message that two readers may read in two ways is not protected', () => {
    equal(
      protectHeaders(Buffer.from('Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n'), 'clear'),
      null,
    );
    equal(protectHeaders(Buffer.from('From: a@b.test\nX: y\n\n'), 'clear'), null);
  });
});

describe('Reading', () => {
  const field = (read: ReturnType<typeof readProtectedHeaders>, key: string) =>
    read?.fields.filter((each) => each.key === key).map(({ value, protection }) => [value, protection]);

  test('each field says how it came', () => {
    const { outerFields, payload } = protect('cipher');
    const read = readProtectedHeaders(joinMessage(outerFields, Buffer.from('\r\n')), payload, signed);
    equal(read?.scheme, 'rfc9788');
    deepEqual(read?.findings, []);
    deepEqual(field(read, 'subject'), [['=?UTF-8?B?UsOpc3VsdGF0?= of the test', 'signed-and-encrypted']]);
    deepEqual(field(read, 'keywords'), [['secret', 'signed-and-encrypted']]);
    deepEqual(field(read, 'from'), [['Ann <ann@clinic.test>', 'signed-only']]);
    deepEqual(field(read, 'received')?.[0]?.[1], 'unprotected');
    const shown = read?.message.toString() ?? '';
    ok(!/\[\.\.\.\]|HP-Outer/.test(shown));
    equal(shown.match(/^Subject:/gm)?.length, 1);
  });

  test('without a signature nothing counts as signed', () => {
    const { outerFields, payload } = protect('cipher');
    const read = readProtectedHeaders(outerFields, payload, { signed: false, encrypted: true, signers: [] });
    deepEqual(field(read, 'subject')?.[0]?.[1], 'encrypted-only');
    deepEqual(field(read, 'from')?.[0]?.[1], 'unprotected');
  });

  test('what was changed on the way is not shown and is reported', () => {
    const { outerFields, payload } = protect('cipher');
    const changed = Buffer.from(outerFields.toString().replace('[...]', 'Pay at once'));
    const read = readProtectedHeaders(changed, payload, signed);
    deepEqual(read?.findings, ['outer-changed']);
    ok(!read?.message.includes('Pay at once'));
  });

  test('an outer field that the author did not write never stands in', () => {
    const bare = Buffer.from('From: ann@clinic.test\r\nMIME-Version: 1.0\r\n\r\nBody\r\n');
    const made = protectHeaders(bare, 'clear');
    ok(made);
    const outer = Buffer.concat([
      Buffer.from('Subject: forged\r\nReply-To: x@evil.test\r\n'),
      made.outerFields,
    ]);
    const read = readProtectedHeaders(outer, made.payload, { ...signed, encrypted: false });
    ok(!/forged|evil/.test(read?.message.toString() ?? ''));
  });

  test('another From inside is shown only when a signature speaks for it', () => {
    const { outerFields, payload } = protect('cipher');
    const other = Buffer.from(outerFields.toString().replace('ann@clinic.test', 'eve@evil.test'));
    const trusted = readProtectedHeaders(other, payload, signed);
    deepEqual(trusted?.findings, ['outer-changed', 'from-differs']);
    deepEqual(field(trusted, 'from'), [['Ann <ann@clinic.test>', 'signed-only']]);
    const unknown = readProtectedHeaders(other, payload, { ...signed, signers: ['eve@evil.test'] });
    deepEqual(field(unknown, 'from'), [['Ann <eve@evil.test>', 'unprotected']]);
  });

  test('the forerunners are read', () => {
    const outer = Buffer.from('From: a@b.test\r\nSubject: ...\r\n\r\n');
    const inner = 'From: a@b.test\r\nSubject: real\r\n';
    const v1 = Buffer.from(`${inner}Content-Type: text/plain; protected-headers="v1"\r\n\r\nBody`);
    const read = readProtectedHeaders(outer, v1, signed);
    deepEqual(
      [read?.scheme, field(read, 'subject')],
      ['protected-headers-v1', [['real', 'signed-and-encrypted']]],
    );
    const whole = Buffer.from(`Content-Type: message/rfc822; forwarded=no\r\n\r\n${inner}\r\nBody`);
    const wrapped = readProtectedHeaders(outer, whole, signed);
    deepEqual([wrapped?.scheme, field(wrapped, 'subject')?.[0]?.[0]], ['rfc8551', 'real']);
    const forwarded = Buffer.from(`Content-Type: message/rfc822\r\n\r\n${inner}\r\nBody`);
    equal(readProtectedHeaders(outer, forwarded, signed)?.scheme, 'none');
  });

  test('what was protected comes back, whatever the fields hold', () => {
    const value = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/);
    const fields = fc.array(
      fc.tuple(fc.constantFrom('Subject', 'To', 'Cc', 'Comments', 'X-Own', 'Date', 'Received'), value),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(fields, fc.constantFrom('clear' as const, 'cipher' as const), (list, protection) => {
        const lines = list.map(([name, text]) => `${name}: ${text}\r\n`).join('');
        const raw = Buffer.from(`${lines}\r\nBody\r\n`);
        const made = protectHeaders(raw, protection);
        ok(made);
        const read = readProtectedHeaders(made.outerFields, made.payload, signed);
        ok(read);
        deepEqual(read.findings, []);
        const seen = read.fields
          .filter(({ key }) => key !== 'received')
          .map(({ name, value }) => [name, value]);
        deepEqual(
          seen,
          list.filter(([name]) => name !== 'Received').map(([name, text]) => [name, text.trim()]),
        );
        ok(read.message.toString().endsWith('\r\n\r\nBody\r\n'));
      }),
    );
  });
});
