import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeEncodedWords, encodeWords } from './encoded-word.ts';

describe('decodeEncodedWords', () => {
  const cases: Array<[string, string]> = [
    ['plain', 'plain'],
    ['=?ISO-8859-1?Q?a?=', 'a'], // RFC 2047 §8
    ['=?ISO-8859-1?Q?a?= b', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=   =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a_b?=', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
    ['=?UTF-8?B?w6k?=', 'é'], // padding lost on the way
    ['=?UTF-8*EN?Q?x?=', 'x'], // RFC 2231 §5
    ['=?utf-8?q?=E2=9C?= =?utf-8?q?=93?=', '✓'], // a character cut in two
    ['=?x-unknown?q?a?=', '=?x-unknown?q?a?='],
    ['=?utf-8?q?a=0D=0ABcc:_x?=', 'a Bcc: x'],
    ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
    ['a=?b', 'a=?b'],
  ];
  for (const [value, expected] of cases) it(value, () => assert.equal(decodeEncodedWords(value), expected));

  it('gives back what encodeWords wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && !text.startsWith('\ufeff'));
        assert.equal(decodeEncodedWords(encodeWords(text)), text);
        assert.ok(
          encodeWords(text)
            .split(' ')
            .every((word) => !word.startsWith('=?UTF-8') || word.length <= 75),
        );
      }),
    );
  });
  it('takes linear work', () => {
    for (const unit of ['=?', '=?a?q?', '=?a?q?b', '?=', '=?utf-8?q?a?= ', '=?a*'])
      decodeEncodedWords(unit.repeat(256_000 / unit.length));
  });
});
