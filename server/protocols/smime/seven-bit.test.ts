import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { isSevenBit } from './seven-bit.ts';

test('what survives the way as it is', async () => {
  const line = 'a'.repeat(998);
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['Hello\r\n\r\nWorld\t~', true],
    [`${line}\r\n${line}`, true],
    [`${line}a\r\n`, false],
    ['a\nb', false],
    ['a\rb', false],
    ['a\r', false],
    ['a\r\r\n', false],
    ['\n', false],
    ['a\0', false],
    ['a\x7f', false],
    ['\u00e9', false],
  ];
  for (const [text, expected] of cases)
    equal(await isSevenBit(Buffer.from(text, 'latin1')), expected, JSON.stringify(text.slice(-20)));
  const long = `${'a'.repeat(70)}\r\n`.repeat(20_000);
  equal(await isSevenBit(Buffer.from(long)), true, 'across slices');
  equal(await isSevenBit(Buffer.from(`${long}\u00e9`)), false);
});
