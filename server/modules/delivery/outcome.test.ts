import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryId } from '#contract/ids.ts';
import { giveUpAt } from './lanes.ts';
import { nextState } from './outcome.ts';

const start = new Date('2026-11-24T08:00:00Z');
const later = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);
const clinical = {
  deliveryId: '00000000-0000-7000-8000-000000000000' as DeliveryId,
  purpose: 'message',
  lane: 'care',
  attempt: 1,
  giveUpAt: giveUpAt('care', start),
  protection: 'tls-verified',
} as const;
const notice = { ...clinical, purpose: 'letter', lane: 'notice', protection: 'cleartext' } as const;

test('a connection weaker than promised sends a message to the portal, never out', () => {
  assert.deepEqual(nextState(clinical, { kind: 'weaker', because: 'portal-tls-weaker' }, start), {
    state: 'offered',
    reason: 'portal-tls-weaker',
    protection: 'portal',
    nextAttemptAt: null,
  });
});

test('a notice that must have TLS waits for it, and in the end its sender is told', () => {
  const weaker = { kind: 'weaker', because: 'tls-needed' } as const;
  assert.equal(nextState(notice, weaker, start).state, 'deferred');
  assert.deepEqual(nextState(notice, weaker, notice.giveUpAt), {
    state: 'bounced',
    reason: 'tls-needed',
    protection: 'cleartext',
    nextAttemptAt: null,
  });
});

test('a message whose server never starts TLS waits in the portal in the end', () => {
  const outcome = { kind: 'deferred', because: 'tls-needed' } as const;
  assert.equal(nextState(clinical, outcome, start).state, 'deferred');
  assert.equal(nextState(clinical, outcome, clinical.giveUpAt).reason, 'portal-tls-refused');
});

test('a temporary refusal waits longer each time and is given up in the end', () => {
  const outcome = { kind: 'deferred', because: 'server-asked-to-wait' } as const;
  assert.deepEqual(nextState({ ...clinical, attempt: 3 }, outcome, start).nextAttemptAt, later(15));
  assert.deepEqual(nextState({ ...clinical, attempt: 20 }, outcome, later(47 * 60)), {
    state: 'bounced',
    reason: 'gave-up',
    protection: 'tls-verified',
    nextAttemptAt: null,
  });
});

test('a message that is too large for their server waits in the portal; a mailbox that is not there bounces', () => {
  assert.equal(
    nextState(clinical, { kind: 'refused', because: 'too-large-for-server' }, start).reason,
    'portal-too-large',
  );
  assert.equal(
    nextState(notice, { kind: 'refused', because: 'too-large-for-server' }, start).state,
    'bounced',
  );
  assert.equal(nextState(clinical, { kind: 'refused', because: 'mailbox-unknown' }, start).state, 'bounced');
});

test('what was interrupted on our side is tried again at once', () => {
  assert.deepEqual(
    nextState(clinical, { kind: 'deferred', because: 'interrupted' }, start).nextAttemptAt,
    start,
  );
});

test('an uncertain outcome is tried again for care, and waits for a person in marketing', () => {
  assert.deepEqual(nextState(clinical, { kind: 'uncertain' }, start).nextAttemptAt, later(1));
  assert.equal(
    nextState({ ...clinical, lane: 'marketing' }, { kind: 'uncertain' }, start).nextAttemptAt,
    null,
  );
});
