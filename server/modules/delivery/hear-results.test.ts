import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hearResults } from './hear-results.ts';
import type { AttemptResult } from './outcome.ts';

const wait = (reply: Partial<AttemptResult>): AttemptResult => ({
  kind: 'deferred',
  because: 'server-asked-to-wait',
  host: 'mx.example.test',
  ...reply,
});
const kindOf = (...results: AttemptResult[]) => hearResults(results)?.kind;

test('what concerns the servers is told from what concerns one mailbox or us', () => {
  assert.equal(kindOf({ kind: 'delivered' }), 'well');
  assert.equal(kindOf({ kind: 'refused', because: 'mailbox-unknown', replyCode: 550 }), 'well');
  assert.equal(kindOf(wait({ replyCode: 421 })), 'rest');
  assert.equal(kindOf(wait({ replyCode: 450, status: '4.7.1' })), 'ease');
  assert.equal(kindOf(wait({ replyCode: 451, status: '4.7.650' })), 'ease');
  assert.equal(kindOf(wait({ replyCode: 452, status: '4.2.2' })), 'well', 'a full mailbox');
  assert.equal(
    kindOf({ kind: 'deferred', because: 'server-asked-to-wait', replyCode: 554 }),
    'rest',
    'refused in its greeting',
  );
  assert.equal(kindOf({ kind: 'deferred', because: 'server-unreachable' }), 'unreachable');
  assert.equal(kindOf({ kind: 'deferred', because: 'connection-lost' }), 'ease');
  assert.equal(kindOf({ kind: 'deferred', because: 'failed-here' }), undefined);
  assert.equal(kindOf({ kind: 'weaker', because: 'portal-tls-weaker' }), undefined);
});

test('the worst that a conversation told counts', () => {
  assert.equal(kindOf({ kind: 'delivered' }, wait({ replyCode: 450 })), 'ease');
  assert.equal(kindOf({ kind: 'delivered' }, wait({ replyCode: 421 })), 'rest');
});
