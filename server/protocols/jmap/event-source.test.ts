import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pingEvent, readEventSourceRequest, stateEvent } from './event-source.ts';

test('reads the query of RFC 8620 §7.3', () => {
  assert.deepEqual(readEventSourceRequest({}), { types: null, closeAfterState: false, pingSeconds: 0 });
  assert.deepEqual(readEventSourceRequest({ types: 'Email,Mailbox', closeafter: 'state', ping: '1' }), {
    types: new Set(['Email', 'Mailbox']),
    closeAfterState: true,
    pingSeconds: 5,
  });
  assert.equal(readEventSourceRequest({ ping: '99999' })?.pingSeconds, 300);
  for (const query of [{ closeafter: 'x' }, { ping: '-1' }, { types: 'Email,' }, { types: 'a b' }]) {
    assert.equal(readEventSourceRequest(query), null);
  }
});

test('writes events that a stream of lines carries', () => {
  assert.equal(pingEvent(30), 'event: ping\ndata: {"interval":30}\n\n');
  assert.equal(
    stateEvent({ A1: { Email: '5' } }, '5'),
    'event: state\nid: 5\ndata: {"@type":"StateChange","changed":{"A1":{"Email":"5"}}}\n\n',
  );
});
