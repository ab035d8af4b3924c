import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUnknownRecipients } from './unknown-recipients.ts';

test('200 guesses within an hour bar a network, whatever its connections; others and the next hour are free', () => {
  let now = 0;
  const unknown = createUnknownRecipients(() => now);
  for (let guess = 0; guess < 200; guess += 1) {
    assert.equal(unknown.isBarred('2001:db8::1'), false);
    unknown.note(guess % 2 === 0 ? '2001:db8::1' : '2001:db8:0:0:ffff::2');
  }
  assert.equal(unknown.isBarred('2001:db8::77'), true, 'a /64 is one network');
  assert.equal(unknown.isBarred('2001:db8:0:1::1'), false);
  now = 3_600_001;
  assert.equal(unknown.isBarred('2001:db8::1'), false);
});
