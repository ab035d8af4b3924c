import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64.ts';

const none = Buffer.alloc(0);

test('any bytes come back, in lines of 76 characters', async () => {
  const bytes = fc.uint8Array({ maxLength: 400 }).map((each) => Buffer.from(each));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), async (pieces) => {
      const whole = Buffer.concat(pieces);
      const text = await encodeBase64(pieces, none);
      equal(text.toString(), whole.toString('base64').replace(/.{1,76}/g, '$&\r\n'));
      deepEqual(await decodeBase64(text), whole);
    }),
  );
});

test('what is longer than a slice comes back', async () => {
  const whole = Buffer.alloc(1_300_001, 'abcdefg');
  const text = await encodeBase64([whole], Buffer.from('before:'), Buffer.from(':after'));
  equal(text.toString('latin1', 0, 7) + text.toString('latin1', text.length - 6), 'before::after');
  deepEqual(await decodeBase64(text.subarray(7, -6)), whole);
});

test('what is no base64 is refused', async () => {
  for (const text of ['YQ', 'YQ=', 'YQ==YQ==', 'Y', 'YQ==x', 'Y-_=', 'YWJj\0', '====', 'YWI===='])
    equal(await decodeBase64(Buffer.from(text)), null, text);
  for (const text of ['YQ==', 'YWI=\r\n', 'YW\r\n\t Jj', '', 'YQ=\n=']) {
    deepEqual(await decodeBase64(Buffer.from(text)), Buffer.from(text, 'base64'), text);
  }
});
