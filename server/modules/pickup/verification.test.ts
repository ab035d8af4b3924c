import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerCode, mintCode, requestCode, verificationRules, type Verification } from './verification.ts';

const start = new Date('2026-11-24T08:00:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);
const code = Buffer.alloc(16, 1);

function granted(before: Verification | undefined, now: Date): Verification {
  const request = requestCode(before, code, now);
  assert.ok(request.granted);
  return request.verification;
}

test('a code is six digits, leading zeros kept', () => {
  for (let n = 0; n < 200; n += 1) assert.match(mintCode(), /^\d{6}$/);
});

test('the right answer is taken once', () => {
  const asked = granted(undefined, start);
  const first = answerCode(asked, true, later(599));
  assert.equal(first.answer, 'confirmed');
  assert.equal(answerCode(first.verification, true, later(599)).answer, 'expired');
});

test('a code lives ten minutes', () => {
  assert.equal(answerCode(granted(undefined, start), true, later(600)).answer, 'expired');
  assert.equal(answerCode(undefined, true, start).answer, 'expired');
});

test('the fifth wrong answer locks for fifteen minutes, and then all is as before', () => {
  let verification: Verification | undefined = granted(undefined, start);
  const answers: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    const result = answerCode(verification, false, later(n));
    answers.push(result.answer);
    verification = result.verification ?? verification;
  }
  assert.deepEqual(answers, ['wrong', 'wrong', 'wrong', 'wrong', 'wrong-and-locked', 'locked']);
  assert.equal(
    answerCode(verification, true, later(60)).answer,
    'locked',
    'the right one does not help while locked',
  );
  assert.deepEqual(requestCode(verification, code, later(4 + 60)), {
    granted: false,
    because: 'locked',
    retryAfterSeconds: 14 * 60,
  });
  const again = granted(verification, later(4 + verificationRules.lockMinutes * 60));
  assert.equal(again.wrongAnswers, 0);
});

test('asking for another code gives no new tries', () => {
  const asked = granted(undefined, start);
  const wrong = answerCode(asked, false, later(1)).verification;
  assert.equal(granted(wrong, later(40)).wrongAnswers, 1);
});

test('codes are not mailed faster than every thirty seconds, nor more than six an hour', () => {
  let verification = granted(undefined, start);
  assert.deepEqual(requestCode(verification, code, later(10)), {
    granted: false,
    because: 'too-soon',
    retryAfterSeconds: 20,
  });
  for (let n = 1; n < verificationRules.codesPerHour; n += 1)
    verification = granted(verification, later(n * 30));
  assert.deepEqual(requestCode(verification, code, later(180)), {
    granted: false,
    because: 'too-many',
    retryAfterSeconds: 3600 - 180,
  });
  assert.equal(granted(verification, later(3600)).sentInWindow, 1);
});
