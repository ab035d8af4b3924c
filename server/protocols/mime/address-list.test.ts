import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAddressList, parseMailboxes } from './address-list.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? '../shared/testdata';

describe('parseAddressList', () => {
  const cases: Array<[string, Array<[name: string, address: string]>]> = [
    ['a@x.test', [['', 'a@x.test']]],
    [
      'Ann <a@x.test>, b@x.test',
      [
        ['Ann', 'a@x.test'],
        ['', 'b@x.test'],
      ],
    ],
    ['"Lee, Ann" <a@x.test>', [['Lee, Ann', 'a@x.test']]],
    ['"A \\"B\\" C" <a@x.test>', [['A "B" C', 'a@x.test']]],
    ['a@x.test (Ann (the first) Lee)', [['Ann (the first) Lee', 'a@x.test']]],
    ['Ann (work) <a@x.test> (again)', [['Ann', 'a@x.test']]],
    ['<@r.test,@s.test:a@x.test>', [['', 'a@x.test']]],
    [', ,a@x.test,,', [['', 'a@x.test']]],
    ['ann . lee @ x . test', [['', 'ann.lee@x.test']]],
    ['"ann lee"@x.test', [['', '"ann lee"@x.test']]],
    ['a@[IPv6:::1]', [['', 'a@[IPv6:::1]']]],
    ['=?utf-8?q?Ann=2C_b=40evil=2Etest?= <a@x.test>', [['Ann, b@evil.test', 'a@x.test']]],
    ['"b@evil.test" <a@x.test>', [['b@evil.test', 'a@x.test']]],
    ['Bücher <a@bücher.example>', [['Bücher', 'a@xn--bcher-kva.example']]],
    ['undisclosed-recipients:;', []],
  ];
  for (const [value, expected] of cases) {
    it(value, () =>
      assert.deepEqual(
        parseMailboxes(value).map(({ name, address }) => [name, address]),
        expected,
      ),
    );
  }
  it('keeps groups', () => {
    assert.deepEqual(parseAddressList('Team: a@x.test, Ann <b@x.test>;, c@x.test').entries, [
      {
        name: 'Team',
        members: [
          { name: '', address: 'a@x.test' },
          { name: 'Ann', address: 'b@x.test' },
        ],
      },
      { name: '', address: 'c@x.test' },
    ]);
  });
  it('says what is no address, and finds none in it', () => {
    for (const value of [
      'Ann Lee a@x.test',
      '<a@x.test> b@x.test',
      '<a@x.test',
      'a b@x.test',
      '<a@x.test><b@y.test>',
      'a@b@x.test',
      'Ann',
    ]) {
      const list = parseAddressList(value);
      assert.deepEqual([list.entries.length, list.invalid.length], [0, 1], value);
    }
  });
  it('does not see an address in an unclosed quote or comment', () => {
    assert.deepEqual(parseMailboxes('"a, b@x.test'), []);
    assert.deepEqual(parseMailboxes('(a, b@x.test'), []);
  });
  it('is total, and what it finds it finds again', () => {
    const pieces = fc.constantFrom(
      'a@x.test',
      '"',
      '\\',
      '(',
      ')',
      '<',
      '>',
      ',',
      ';',
      ':',
      '@',
      '.',
      ' ',
      '[',
      ']',
      'Ann',
      '=?utf-8?q?=2C?=',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        for (const { name, address } of parseMailboxes(parts.join(''))) {
          const quotedName = `"${name.replace(/["\\]/g, '\\$&')}"`;
          assert.equal(parseMailboxes(`${quotedName} <${address}>`)[0]?.address, address);
        }
      }),
    );
  });
  it('takes linear work', () => {
    for (const unit of [
      '(',
      '"',
      '<',
      '<a',
      'a@x.test,',
      ':',
      ';',
      '\\',
      '[',
      '=?utf-8?q?',
      '=?utf-8?q?a?= ',
      'a ',
      '((',
      '<>',
    ]) {
      parseAddressList(unit.repeat(256_000 / unit.length));
    }
  });
  it('survives naughty strings', { skip: !existsSync(testdata) && 'CAREPOST_TESTDATA is absent' }, () => {
    const strings = JSON.parse(readFileSync(join(testdata, 'strings/blns.base64.json'), 'utf8')) as string[];
    assert.ok(strings.length > 400);
    for (const encoded of strings) {
      const text = Buffer.from(encoded, 'base64')
        .toString()
        .replace(/[\r\n"\\]/g, '');
      assert.equal(parseMailboxes(`"${text}" <a@x.test>`)[0]?.address, 'a@x.test');
      parseAddressList(text);
    }
  });
});
