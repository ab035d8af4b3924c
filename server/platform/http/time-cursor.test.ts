import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../ids.ts';
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts';

test('what is written is read', () => {
  const position = { at: new Date('2026-11-24T08:00:00.123Z'), id: newId() };
  assert.deepEqual(readTimeCursor(writeTimeCursor(position)), position);
});

test('other texts are none of ours', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64url');
  for (const text of [
    '',
    '*',
    encoded('2026-11-24'),
    encoded(`never ${newId()}`),
    encoded('2026-11-24 x'),
    encoded(`2026-11-24 ${newId()} x`),
  ])
    assert.equal(readTimeCursor(text), undefined, text);
});
