import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { learn, mostConversations, unknownDestination, type Heard } from './destination.ts';

const start = new Date('2026-11-24T12:00:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1_000);
const well: Heard = { kind: 'well' };
const asked: Heard = { kind: 'rest', because: 'server-asked-to-wait', replyCode: 421 };
const silent: Heard = { kind: 'unreachable', because: 'server-unreachable', replyCode: null };
const greylisted: Heard = { kind: 'ease', because: 'server-asked-to-wait', replyCode: 450 };

test('it grows by one a success, halves on 421 and rests, longer each time', () => {
  let state = unknownDestination(start);
  for (let n = 0; n < 5; n += 1) state = learn(state, well, start);
  assert.equal(state.concurrency, 8);
  state = learn(state, asked, later(10));
  assert.deepEqual([state.concurrency, state.restsUntil, state.replyCode], [4, later(25), 421]);
  state = learn(state, asked, later(30));
  assert.deepEqual([state.concurrency, state.restsUntil], [2, later(60)]);
  state = learn(state, well, later(70));
  assert.deepEqual([state.failures, state.restsUntil, state.because], [0, null, null]);
  assert.equal(state.concurrency, 2 + 1 / 16, 'beyond where it was halved it grows slowly');
});

test('one silence may be chance, two are a rest', () => {
  const once = learn(unknownDestination(start), silent, start);
  assert.equal(once.restsUntil, null);
  assert.deepEqual(learn(once, silent, later(5)).restsUntil, later(20));
});

test('greylisting slows down and stops nothing; answers that came together count once', () => {
  const first = learn(unknownDestination(start), greylisted, start);
  assert.deepEqual([first.concurrency, first.restsUntil], [1.5, null]);
  assert.equal(learn(first, greylisted, later(0.5)), first);
});

test('bad news of conversations that were under way does not lengthen a rest', () => {
  const resting = learn(unknownDestination(start), asked, start);
  assert.equal(learn(resting, asked, later(3)), resting);
  assert.deepEqual(learn(resting, well, later(3)).restsUntil, resting.restsUntil);
});

test('whatever is heard, there is always one conversation and never too many, and each rest ends', () => {
  const news = fc.record({ heard: fc.constantFrom(well, asked, silent, greylisted), after: fc.nat(3_600) });
  fc.assert(
    fc.property(fc.array(news, { maxLength: 200 }), (all) => {
      let state = unknownDestination(start);
      let at = 0;
      for (const { heard, after } of all) {
        at += after;
        state = learn(state, heard, later(at));
        assert.ok(state.concurrency >= 1 && state.concurrency <= mostConversations);
        if (state.restsUntil !== null) assert.ok(state.restsUntil <= later(at + 600));
      }
    }),
  );
});
