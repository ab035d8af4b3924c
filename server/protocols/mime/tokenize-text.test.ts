import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tokenizeText } from './tokenize-text.ts';

describe('tokenizeText', () => {
  it('cuts, folds and keeps each word once', () => {
    assert.deepEqual(tokenizeText('Café CAFE, ann.lee@x.test — a 5 mg x ﬁne', 50), [
      'cafe',
      'ann',
      'lee',
      'test',
      'mg',
      'fine',
    ]);
  });
  it('finds words in scripts without spaces by pairs', () => {
    assert.deepEqual(tokenizeText('血液検査 2件', 50), ['血液', '液検', '検査', '件']);
    const text = new Set(tokenizeText('本日の血液検査の結果', 50));
    assert.ok(tokenizeText('血液検査', 50).every((token) => text.has(token)));
  });
  it('holds its limits', () => {
    assert.equal(
      tokenizeText(Array.from({ length: 1000 }, (_, index) => `w${index}`).join(' '), 100).length,
      100,
    );
    assert.deepEqual(tokenizeText('x'.repeat(41), 10), []);
  });
  it('is idempotent and total', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const token of tokenizeText(text, 100)) assert.ok(tokenizeText(token, 10).includes(token));
      }),
    );
  });
});
