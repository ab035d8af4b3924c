import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smtpReply, type RecipientOutcome, type SmtpFailure } from '#protocols/smtp/index.ts';
import { problemOfFailure, resultOfReply, resultOfUnsent } from './classify-reply.ts';

const outcomeOf = (code: number, enhanced: string | null, phase: RecipientOutcome['phase'] = 'rcpt') => {
  const result = resultOfReply({
    address: 'a@x.test',
    accepted: code < 300,
    reply: smtpReply(code, enhanced, 'words'),
    phase,
  });
  return 'because' in result ? [result.kind, result.because] : [result.kind];
};

test('what a reply means', () => {
  assert.deepEqual(outcomeOf(250, '2.0.0'), ['delivered']);
  assert.deepEqual(outcomeOf(451, '4.7.1'), ['deferred', 'server-asked-to-wait']);
  assert.deepEqual(outcomeOf(550, '5.1.1'), ['refused', 'mailbox-unknown']);
  assert.deepEqual(outcomeOf(550, null), ['refused', 'mailbox-unknown']);
  assert.deepEqual(
    outcomeOf(550, null, 'final-dot'),
    ['refused', 'refused-by-server'],
    'said of the message, not of the mailbox',
  );
  assert.deepEqual(outcomeOf(554, '5.7.1'), ['refused', 'refused-by-server']);
  assert.deepEqual(outcomeOf(552, null, 'mail'), ['refused', 'too-large-for-server']);
  assert.deepEqual(outcomeOf(554, '5.3.4', 'final-dot'), ['refused', 'too-large-for-server']);
});

test('the words of the server are kept, with a status that agrees with its code', () => {
  const result = resultOfReply({
    address: 'a@x.test',
    accepted: false,
    reply: smtpReply(550, '4.2.2', 'no', 'room'),
    phase: 'rcpt',
  });
  assert.deepEqual([result.replyCode, result.status, result.reply], [550, '5.0.0', '550 4.2.2 no room']);
});

test('what was not even offered', () => {
  assert.deepEqual(resultOfUnsent('too-large'), { kind: 'refused', because: 'too-large-for-server' });
  assert.deepEqual(resultOfUnsent('8bitmime-not-offered'), {
    kind: 'refused',
    because: 'not-supported-by-server',
  });
  assert.deepEqual(resultOfUnsent('smtputf8-not-offered'), {
    kind: 'refused',
    because: 'address-not-supported',
  });
});

test('no TLS is for the portal at once; TLS not just now is waited for', () => {
  const failed = (failure: Partial<SmtpFailure>) => {
    const problem = problemOfFailure({
      phase: 'connect',
      code: 'unreachable',
      detail: '',
      reply: null,
      tls: null,
      ...failure,
    });
    return [problem.kind, problem.because];
  };
  assert.deepEqual(failed({ phase: 'starttls', code: 'tls-not-offered' }), ['weaker', 'portal-tls-refused']);
  assert.deepEqual(failed({ phase: 'handshake', code: 'tls-failed' }), ['weaker', 'portal-tls-weaker']);
  assert.deepEqual(
    failed({ phase: 'starttls', code: 'refused', reply: smtpReply(454, '4.7.0', 'not now') }),
    ['temporary', 'tls-needed'],
  );
  assert.deepEqual(failed({ phase: 'greeting', code: 'refused', reply: smtpReply(421, null, 'busy') }), [
    'temporary',
    'server-asked-to-wait',
  ]);
  assert.deepEqual(failed({ phase: 'connect', code: 'timeout' }), ['temporary', 'server-unreachable']);
});
