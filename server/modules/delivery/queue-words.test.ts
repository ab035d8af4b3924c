import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyItWaits, type Waiting } from './queue-words.ts';

const at = (time: string): Date => new Date(`2026-11-24T${time}:00Z`);
const now = at('12:05');
const waiting = (change: Partial<Waiting>): Waiting => ({
  state: 'deferred',
  reason: 'server-asked-to-wait',
  nextAttemptAt: at('12:10'),
  last: { at: at('12:03'), server: 'mx.example.org', replyCode: 421 },
  rest: null,
  paused: null,
  ahead: 0,
  ...change,
});
const wordsOf = (change: Partial<Waiting>): string => whyItWaits(waiting(change), now);

test('who said what and when, when it is tried next, and how many come before', () => {
  assert.equal(
    wordsOf({ ahead: 3 }),
    'Waiting: mx.example.org asked to slow down or to come again later (421) at 12:03 UTC; next try 12:10 UTC; 3 ahead of it.',
  );
  assert.equal(
    wordsOf({ reason: 'server-unreachable', last: { at: at('12:03'), server: null, replyCode: null } }),
    'Waiting: their mail server did not answer at 12:03 UTC; next try 12:10 UTC.',
  );
});

test('a rest of the destination outlasts the message’s own wait', () => {
  const rest = {
    until: at('12:20'),
    since: at('12:04'),
    server: 'mx.example.org',
    because: 'server-unreachable',
    replyCode: null,
  } as const;
  assert.equal(
    wordsOf({ state: 'queued', last: null, nextAttemptAt: at('11:00'), rest, ahead: 1_000 }),
    'Waiting: mx.example.org did not answer at 12:04 UTC; next try 12:20 UTC; 1,000 or more ahead of it.',
  );
});

test('another day is named; what is due says so', () => {
  assert.match(wordsOf({ nextAttemptAt: new Date('2026-11-25T03:00:00Z') }), /next try 2026-11-25 03:00 UTC/);
  assert.equal(
    wordsOf({ state: 'queued', last: null, nextAttemptAt: at('12:00') }),
    'Waiting: its turn comes next.',
  );
});

test('what waits for a person says for what', () => {
  assert.match(wordsOf({ paused: 'they asked us to' }), /paused by a person \(they asked us to\)/);
  assert.match(wordsOf({ state: 'held', reason: 'held-after-interruptions' }), /^Held: Each attempt/);
  assert.match(wordsOf({ state: 'uncertain', nextAttemptAt: null }), /may have arrived/);
});
