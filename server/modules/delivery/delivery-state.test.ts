import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryStates } from '#contract/delivery.ts';
import { actionsIn, canBecome, firstStates, mayFollow, statesBefore } from './delivery-state.ts';

test('every state can be reached from a first state', () => {
  const reached = new Set<string>(firstStates);
  for (const state of reached) {
    for (const next of mayFollow[state as keyof typeof mayFollow]) reached.add(next);
  }
  assert.deepEqual([...reached].toSorted(), deliveryStates.toSorted());
});

test('what has ended stays ended', () => {
  for (const end of ['bounced', 'expired', 'revoked', 'blocked'] as const) {
    assert.deepEqual(
      deliveryStates.filter((state) => canBecome(end, state)),
      [],
    );
    assert.deepEqual(actionsIn(end), []);
  }
  assert.deepEqual(mayFollow.delivered, ['bounced'], 'a server further on may send it back');
  assert.deepEqual(actionsIn('delivered'), []);
});

test('only an attempt delivers, bounces at once, or is uncertain', () => {
  assert.deepEqual(statesBefore('uncertain'), ['attempting']);
  assert.deepEqual(statesBefore('bounced'), ['attempting', 'deferred', 'uncertain', 'delivered']);
  assert.deepEqual(statesBefore('delivered'), ['held', 'attempting', 'uncertain']);
});

test('what may have arrived cannot be called back', () => {
  assert.ok(!canBecome('uncertain', 'revoked'));
  assert.ok(!actionsIn('uncertain').includes('revoke'));
});
