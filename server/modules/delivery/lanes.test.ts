import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveUpAt, laneOf, lanes, nextAttemptAt } from './lanes.ts';

const start = new Date('2026-11-24T08:00:00Z');
const minutesLater = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

test('clinical mail goes before billing, marketing after all mail, and copies for the archive last', () => {
  assert.ok(lanes[laneOf('clinical')].priority < lanes[laneOf('billing')].priority);
  const { journal, ...mail } = lanes;
  assert.ok(Object.values(mail).every(({ priority }) => priority <= mail.marketing.priority));
  assert.ok(journal.priority > mail.marketing.priority);
});

test('the waits grow to four hours and end with the lane', () => {
  const end = giveUpAt('care', start);
  assert.deepEqual(end, minutesLater(48 * 60));
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => nextAttemptAt('care', attempt, start, end));
  assert.deepEqual(waits, [1, 5, 15, 30, 60, 120, 240, 240].map(minutesLater));
  assert.equal(nextAttemptAt('care', 9, minutesLater(48 * 60 - 1), end), undefined);
});

test('only marketing waits for a person when it is uncertain', () => {
  const held = Object.entries(lanes).filter(([, lane]) => lane.whenUncertain === 'hold');
  assert.deepEqual(
    held.map(([name]) => name),
    ['marketing'],
  );
});
