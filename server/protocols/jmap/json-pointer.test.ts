import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluatePointer } from './json-pointer.ts';
import type { Json } from './json.ts';

// RFC 6901 §5
const rfc6901: Json = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

const vectors: [string, Json][] = [
  ['', rfc6901],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
];

for (const [pointer, value] of vectors) {
  test(`RFC 6901 §5: ${JSON.stringify(pointer)}`, () => {
    assert.deepEqual(evaluatePointer(rfc6901, pointer), { found: true, value });
  });
}

for (const pointer of [
  'foo',
  '/nothing',
  '/foo/2',
  '/foo/01',
  '/foo/-',
  '/m~n',
  '/toString',
  '/foo/length',
  '/foo/0/x',
]) {
  test(`leads nowhere: ${pointer}`, () => {
    assert.deepEqual(evaluatePointer(rfc6901, pointer), { found: false });
  });
}

test('* maps over an array and flattens one level', () => {
  const document: Json = { list: [{ emailIds: ['a', 'b'] }, { emailIds: [] }, { emailIds: ['c'] }] };
  assert.deepEqual(evaluatePointer(document, '/list/*/emailIds'), { found: true, value: ['a', 'b', 'c'] });
  assert.deepEqual(evaluatePointer({ list: [{ id: [[1]] }] }, '/list/*/id'), { found: true, value: [[1]] });
  assert.deepEqual(evaluatePointer({ list: [] }, '/list/*/id'), { found: true, value: [] });
});

test('* fails when any item fails, and is a plain key on an object', () => {
  assert.deepEqual(evaluatePointer({ list: [{ id: 1 }, {}] }, '/list/*/id'), { found: false });
  assert.deepEqual(evaluatePointer({ '*': 1 }, '/*'), { found: true, value: 1 });
});
