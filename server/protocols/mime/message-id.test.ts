import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMessageIds } from './message-id.ts';

describe('parseMessageIds', () => {
  it('reads ids and passes over words', () => {
    assert.deepEqual(parseMessageIds('Your message of Monday <1@x> <2@y>\t<3@z>'), ['1@x', '2@y', '3@z']);
    assert.deepEqual(parseMessageIds('no id, <not an id>, <'), []);
  });
  it('keeps the first and the nearest of many', () => {
    const ids = parseMessageIds(Array.from({ length: 5000 }, (_, index) => `<${index}@x>`).join(' '));
    assert.deepEqual([ids.length, ids[0], ids[1], ids.at(-1)], [200, '0@x', '4801@x', '4999@x']);
  });
});
