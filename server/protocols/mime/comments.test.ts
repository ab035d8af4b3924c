import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';

for (const [value, plain] of [
  ['text/plain', 'text/plain'],
  ['text/plain (a comment); charset=utf-8', 'text/plain  ; charset=utf-8'],
  ['a (one (inside \\) another) two) b', 'a   b'],
  ['name="report (1).pdf"', 'name="report (1).pdf"'],
  ['name="quoted \\" (still)" (not)', 'name="quoted \\" (still)"  '],
  ['never (closed', 'never (closed'],
  ['"never closed (', '"never closed ('],
] as const) {
  test(`without comments: ${value}`, () => assert.equal(withoutComments(value), plain));
}

test('a value full of openings costs linear work', () => {
  for (const opening of ['(', '(\\', '("', '"(', '()']) {
    const value = opening.repeat(1_000_000);
    assert.ok(withoutComments(value).length <= value.length);
  }
});
