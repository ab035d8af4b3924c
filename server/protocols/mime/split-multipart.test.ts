import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEntity } from './mime-entity.ts';
import { splitMultipart } from './split-multipart.ts';

function split(body: string, boundary = 'b') {
  const read = readEntity(
    Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${body}`),
  );
  ok(read.ok);
  const content = splitMultipart(read.entity);
  return content && { parts: content.parts.map(String), outer: content.hasOuterText };
}

test('parts are exact, and text outside them is told', () => {
  deepEqual(split('--b\r\nX: 1\r\n\r\none\r\n\r\n--b  \r\n\r\ntwo\r\n--b--\r\n'), {
    parts: ['X: 1\r\n\r\none\r\n', '\r\ntwo'],
    outer: false,
  });
  equal(split('hello\r\n--b\r\n\r\none\r\n--b--')?.outer, true);
  equal(split('--b\r\n\r\none\r\n--b--\r\nhello')?.outer, true);
});

test('what readers may split in two ways is refused', () => {
  equal(split('--b\r\n\r\none\r\n'), null, 'no closing delimiter');
  equal(split('--b\r\n\r\none\r\n--bx\r\n\r\ntwo\r\n--b--'), null, 'a longer line');
  equal(split('--b\r\n\r\none\n--b\r\n\r\ntwo\r\n--b--'), null, 'a bare LF');
  equal(split('--b--\r\n'), null, 'no part');
  equal(split('--b\r\n\r\none\r\n--b--', 'b\tc'), null, 'a boundary that none may have');
  const twice = readEntity(Buffer.from('Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n'));
  deepEqual(twice, { ok: false, problem: 'ambiguous-type' });
});

test('any parts come back as they were', () => {
  const part = fc
    .array(fc.constantFrom('a', '-', '\r\n', ' ', '--', 'b'), { maxLength: 30 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const body = parts.map((each) => `--=_bound\r\n${each}\r\n`).join('');
      deepEqual(split(`${body}--=_bound--\r\n`, '=_bound'), { parts, outer: false });
    }),
  );
});
