import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMailDate, writeMailDate } from './date-time.ts';
import { headerShorthands, parseHeaderProperty } from './header-property.ts';
import { readPartTree } from './part-tree.ts';
import { readHeader, readHeaders } from './read-header.ts';
import { headerWords, writeField } from './write-header.ts';
import type { Json } from '../json.ts';

function header(lines: string[], property: string): Json {
  const raw = Buffer.from([...lines, '', ''].join('\r\n'));
  const parsed = headerShorthands[property] ?? parseHeaderProperty(property);
  assert.ok(parsed, property);
  return readHeader(raw, readPartTree(raw).fields, parsed);
}

test('RFC 8621 §4.1.2.3: addresses of the example', () => {
  const from = [
    'From: "  James Smythe" <james@example.com>, Friends:',
    '  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=',
    '  <john@example.com>;',
  ];
  assert.deepEqual(header(from, 'from'), [
    { name: 'James Smythe', email: 'james@example.com' },
    { name: null, email: 'jane@example.com' },
    { name: 'John Smîth', email: 'john@example.com' },
  ]);
  assert.deepEqual(header(from, 'header:From:asGroupedAddresses'), [
    { name: null, addresses: [{ name: 'James Smythe', email: 'james@example.com' }] },
    {
      name: 'Friends',
      addresses: [
        { name: null, email: 'jane@example.com' },
        { name: 'John Smîth', email: 'john@example.com' },
      ],
    },
  ]);
});

test('forms, absences, and the last or all of several', () => {
  assert.equal(header(['Subject: =?utf-8?B?Y2Fmw6k=?=', ' au lait '], 'subject'), 'café au lait');
  assert.equal(header(['Subject:  x'], 'header:subject'), '  x');
  assert.equal(header([], 'subject'), null);
  assert.deepEqual(header([], 'header:Received:asRaw:all'), []);
  assert.deepEqual(header(['X-A: 1', 'x-a: 2'], 'header:X-A:asText'), '2');
  assert.deepEqual(header(['X-A: 1', 'x-a: 2'], 'header:X-A:asText:all'), ['1', '2']);
  assert.deepEqual(header(['References: <a@b> junk <c@d>'], 'references'), ['a@b', 'c@d']);
  assert.equal(header(['References: none'], 'references'), null);
  assert.deepEqual(
    header(['List-Unsubscribe: <mailto:a@b>, <https://b/c>'], 'header:List-Unsubscribe:asURLs'),
    ['mailto:a@b', 'https://b/c'],
  );
  assert.deepEqual(header(['To: half-writ'], 'to'), [{ name: null, email: 'half-writ' }]);
});

test('headers are given as they stand', () => {
  const raw = Buffer.from('A: 1\r\n folded\r\nbroken line\r\nb:2\r\n\r\n');
  assert.deepEqual(readHeaders(raw, readPartTree(raw).fields), [
    { name: 'A', value: ' 1\r\n folded' },
    { name: 'b', value: '2' },
  ]);
});

test('properties that are none, and forms that a field does not have', () => {
  const wrong = [
    'subject',
    'header:',
    'header:A B',
    'header:Subject:asDate',
    'header:Date:asText',
    'header:From:asText',
    'header:X:asNothing',
    'header:X:all:asText',
    'header:X:asText:asRaw',
    'header:Received:asText',
  ];
  for (const property of wrong) assert.equal(parseHeaderProperty(property), null, property);
  assert.equal(parseHeaderProperty('header:X-A')?.form, 'asRaw');
});

test('dates keep their offset', () => {
  const dates = [
    ['Thu, 30 Oct 2014 14:12:00 +0800', '2014-10-30T14:12:00+08:00'],
    ['30 Oct 2014 06:12:00 GMT (comment)', '2014-10-30T06:12:00Z'],
    ['Fri, 7 Oct 94 16:15 PDT', '1994-10-07T16:15:00-07:00'],
    ['Mon, 1 Jan 2024 00:00:60 -0330', '2024-01-01T00:00:59-03:30'],
  ];
  for (const [mail = '', json] of dates) assert.equal(readMailDate(mail), json, mail);
  for (const wrong of [
    '',
    'yesterday',
    '31 Feb 2020 00:00:00 +0000',
    '1 Foo 2020 00:00:00 +0000',
    '1 Jan 2020 25:00:00 +0000',
  ]) {
    assert.equal(readMailDate(wrong), null, wrong);
  }
  assert.equal(writeMailDate('2014-10-30T14:12:00+08:00'), 'Thu, 30 Oct 2014 14:12:00 +0800');
  assert.equal(writeMailDate('2014-10-30T06:12:00Z'), 'Thu, 30 Oct 2014 06:12:00 +0000');
  for (const wrong of ['2014-13-01T00:00:00Z', '2014-10-30', 'x', '2014-02-30T00:00:00Z'])
    assert.equal(writeMailDate(wrong), null, wrong);
});

test('what is written reads the same', () => {
  const cases: [string, Json][] = [
    [
      'subject',
      'Résultats: «tout va bien» et un texte assez long pour devoir être plié plusieurs fois, vraiment',
    ],
    [
      'to',
      [
        { name: 'Smythe, "J"', email: 'james@example.com' },
        { name: null, email: 'a@b.example' },
        { name: '王', email: 'w@b.example' },
      ],
    ],
    [
      'header:Cc:asGroupedAddresses',
      [{ name: 'The team', addresses: [{ name: 'A B', email: 'a@b.example' }] }],
    ],
    ['references', ['a@b.example', 'c@d.example']],
    ['sentAt', '2014-10-30T14:12:00+08:00'],
    ['header:List-Post:asURLs', ['mailto:a@b.example']],
    ['header:X-Note:asText', '=?utf-8?q?not_decoded_twice?='],
    ['to', [{ name: '=?utf-8?q?x?=', email: 'a@b.example' }]],
  ];
  for (const [property, value] of cases) {
    const parsed = headerShorthands[property] ?? parseHeaderProperty(property);
    assert.ok(parsed);
    const words = headerWords(value, parsed.form);
    assert.ok(words, property);
    const field = writeField(parsed.name, words);
    assert.ok(field.split('\r\n').every((line) => line.length <= 998 && /^[ -~]*$/.test(line)));
    if (property === 'to' && JSON.stringify(value).includes('=?')) continue; // a quoted encoded word: readers differ
    assert.deepEqual(header([field.trimEnd()], property), value, property);
  }
});

test('nothing can break out of its field', () => {
  const wrong: [Json, Parameters<typeof headerWords>[1]][] = [
    ['a\r\nBcc: x', 'asText'],
    ['a\r\nBcc: x', 'asRaw'],
    ['a\0', 'asText'],
    [1, 'asText'],
    ['é', 'asRaw'],
    [[{ name: 'a\nb', email: 'a@b' }], 'asAddresses'],
    [[{ email: 'a@b>,<c@d' }], 'asAddresses'],
    [[{ email: 'a b@c d' }], 'asAddresses'],
    [['a>b'], 'asMessageIds'],
    [['a b'], 'asMessageIds'],
    ['now', 'asDate'],
    [['x>\r\ny'], 'asURLs'],
  ];
  for (const [value, form] of wrong) assert.equal(headerWords(value, form), null, JSON.stringify(value));
});
