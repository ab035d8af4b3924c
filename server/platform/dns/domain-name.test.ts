import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toDnsName, toQueryName } from './domain-name.ts';

test('takes names as people write them', () => {
  assert.equal(toDnsName('Verified.TEST.'), 'verified.test');
  assert.equal(toDnsName('_mta-sts.example.org'), '_mta-sts.example.org');
  assert.equal(toDnsName('bücher.example'), 'xn--bcher-kva.example');
  assert.equal(toDnsName('例え.テスト'), 'xn--r8jz45g.xn--zckzah');
});

test('refuses what can never be a name', () => {
  const long = Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.');
  for (const name of [
    '',
    '.',
    'a..b',
    '.a',
    'a b.test',
    'a\0.test',
    `${'a'.repeat(64)}.test`,
    long,
    '[192.0.2.1]',
    'xn--\u{1F4A9}\u200d..test',
  ]) {
    assert.equal(toDnsName(name), null, JSON.stringify(name));
  }
});

test('whatever goes in, what comes out fits into a packet and is stable', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.domain()), (name) => {
      const ascii = toDnsName(name);
      if (ascii === null) return;
      assert.ok(
        ascii.length <= 253 && ascii.split('.').every((label) => label.length >= 1 && label.length <= 63),
      );
      assert.equal(toDnsName(ascii), ascii);
    }),
  );
});

test('names that only macros of SPF make can be asked for', () => {
  assert.equal(toQueryName('Verified.TEST.'), 'verified.test');
  assert.equal(toQueryName('a b.test'), 'a b.test');
  assert.equal(toQueryName('A+b=c.%7e._spf.test'), 'a+b=c.%7e._spf.test');
  for (const name of ['', 'a..b', 'a\0.test', `${'+'.repeat(64)}.test`, '.+', '+.'.repeat(200)])
    assert.equal(toQueryName(name), null, JSON.stringify(name));
});
