import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changesAnswer, changesWindow, readChangesArguments } from './changes.ts';
import { CreatedIds } from './created-ids.ts';
import { JmapMethodError } from './errors.ts';
import { conditionsOf, passes, readFilter } from './filter.ts';
import { getAnswer, readGetArguments, selectForGet } from './get.ts';
import { needsTotal, queryAnswer, queryWindow, readQueryArguments } from './query.ts';
import { SetResult, orderCreations, readSetArguments, requireState } from './set.ts';
import type { Change } from './changes.ts';
import type { Json, JsonObject } from './json.ts';

function failsWith(type: string, run: () => unknown): void {
  assert.throws(run, (error) => error instanceof JmapMethodError && error.type === type);
}

const fooRules = {
  limits: { maxObjectsInGet: 3 },
  createdIds: new CreatedIds({ k1: 'F1' }),
  defaultProperties: ['name'],
  isProperty: (name: string) => name === 'id' || name === 'name',
};

test('/get: each id once, creation ids resolved, the rest not found', () => {
  const given = readGetArguments({ accountId: 'A', ids: ['F2', '#k1', 'F2', '#k9'] });
  const selection = selectForGet(given, { ...fooRules, limits: { maxObjectsInGet: 4 } });
  assert.deepEqual(selection.ids, ['F2', 'F1']);
  assert.deepEqual([...selection.properties].sort(), ['id', 'name']);
  assert.deepEqual(getAnswer('A', '7', selection, [{ id: 'F1', name: 'x' }]), {
    accountId: 'A',
    state: '7',
    list: [{ id: 'F1', name: 'x' }],
    notFound: ['#k9', 'F2'],
  });
});

test('/get: limits, unknown properties and unknown arguments', () => {
  failsWith('requestTooLarge', () => selectForGet({ ids: ['a', 'b', 'c', 'd'] }, fooRules));
  failsWith('invalidArguments', () => selectForGet({ properties: ['constructor'] }, fooRules));
  failsWith('invalidArguments', () => readGetArguments({ accountId: 'A', extra: 1 }));
  failsWith('invalidArguments', () => readGetArguments({ accountId: 'A', ids: ['not an id'] }));
  failsWith('invalidArguments', () => readGetArguments({ ids: [] }));
});

test('an argument error names the argument and never its value', () => {
  assert.throws(
    () => readGetArguments({ accountId: 'A', ids: 'planted-value', 'planted value with spaces': 1 }),
    (error) =>
      error instanceof JmapMethodError && error.message.includes('ids') && !error.message.includes('planted'),
  );
});

test('/changes: states that are not ours cannot be calculated from', () => {
  for (const sinceState of ['', 'x', '-1', '01', '1.5', '99999999999999999']) {
    failsWith('cannotCalculateChanges', () => readChangesArguments({ accountId: 'A', sinceState }));
  }
  failsWith('invalidArguments', () =>
    readChangesArguments({ accountId: 'A', sinceState: '1', maxChanges: 0 }),
  );
  failsWith('cannotCalculateChanges', () =>
    changesWindow(readChangesArguments({ accountId: 'A', sinceState: '9' }), [], 8),
  );
});

test('/changes: cuts at maxChanges and can be gone on from', () => {
  fc.assert(
    fc.property(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 7 }), (count, maxChanges) => {
      const all: Change[] = Array.from({ length: count }, (_, i) => ({
        id: `e${i}`,
        at: i + 1,
        kind: (['created', 'updated', 'destroyed'] as const)[i % 3] ?? 'created',
      }));
      const heard: string[] = [];
      for (let since = 0; ;) {
        const request = readChangesArguments({ accountId: 'A', sinceState: String(since), maxChanges });
        const due = all.filter((change) => change.at > since).slice(0, maxChanges + 1);
        const window = changesWindow(request, due, count);
        const { created, updated, destroyed, newState } = changesAnswer(request, window);
        const ids = [created, updated, destroyed].flat() as string[];
        assert.ok(ids.length <= maxChanges);
        heard.push(...ids);
        since = Number(newState);
        if (!window.hasMoreChanges) break;
      }
      assert.deepEqual(heard.sort(), all.map((change) => change.id).sort());
    }),
  );
});

const readNumber = (condition: JsonObject): number => Number(condition['n']);

test('/query filters: AND, OR, NOT as RFC 8620 §5.5 says', () => {
  const filter = readFilter(
    { operator: 'OR', conditions: [{ n: 1 }, { operator: 'NOT', conditions: [{ n: 2 }, { n: 3 }] }] },
    readNumber,
  );
  assert.deepEqual([...conditionsOf(filter)], [1, 2, 3]);
  assert.equal(
    passes(filter, (n) => n === 1),
    true,
  );
  assert.equal(
    passes(filter, (n) => n === 2),
    false,
  );
  assert.equal(
    passes(filter, () => false),
    true,
  );
  assert.equal(
    passes(readFilter({ operator: 'AND', conditions: [] }, readNumber), () => false),
    true,
  );
  assert.equal(
    passes(readFilter({ operator: 'OR', conditions: [] }, readNumber), () => true),
    false,
  );
  assert.equal(
    passes(readFilter(null, readNumber), () => false),
    true,
  );
});

test('/query filters: bad shapes and bombs are refused', () => {
  failsWith('invalidArguments', () => readFilter('x', readNumber));
  failsWith('invalidArguments', () => readFilter({ operator: 'XOR', conditions: [] }, readNumber));
  failsWith('invalidArguments', () => readFilter({ operator: 'AND' }, readNumber));
  failsWith('invalidArguments', () => readFilter({ operator: 'AND', conditions: [], n: 1 }, readNumber));
  let deep: Json = { n: 1 };
  for (let i = 0; i < 1000; i++) deep = { operator: 'AND', conditions: [deep] };
  failsWith('unsupportedFilter', () => readFilter(deep, readNumber));
  const wide = { operator: 'OR', conditions: Array.from({ length: 51 }, () => ({ n: 1 })) };
  failsWith('unsupportedFilter', () => readFilter(wide, readNumber));
});

test('/query windows agree with slicing, by position and by anchor', () => {
  const results = Array.from({ length: 20 }, (_, i) => i);
  fc.assert(
    fc.property(fc.integer({ min: -30, max: 30 }), fc.nat({ max: 30 }), (position, limit) => {
      const request = readQueryArguments({ accountId: 'A', position, limit });
      const window = queryWindow(request, { total: results.length, indexOfAnchor: -1 });
      const start = position < 0 ? Math.max(0, results.length + position) : position;
      assert.deepEqual(
        results.slice(window.position, window.position + window.limit),
        results.slice(start, start + limit),
      );
      assert.equal(needsTotal(request), position < 0);
    }),
  );
  fc.assert(
    fc.property(fc.nat({ max: 19 }), fc.integer({ min: -30, max: 30 }), (index, anchorOffset) => {
      const request = readQueryArguments({
        accountId: 'A',
        anchor: 'x',
        anchorOffset,
        limit: 5,
        position: 3,
      });
      const window = queryWindow(request, { total: results.length, indexOfAnchor: index });
      assert.equal(window.position, Math.max(0, index + anchorOffset));
    }),
  );
  const request = readQueryArguments({ accountId: 'A', anchor: 'x' });
  failsWith('anchorNotFound', () => queryWindow(request, { total: 20, indexOfAnchor: -1 }));
});

test('/query says when it chose the limit, and the total only when asked', () => {
  const open = readQueryArguments({ accountId: 'A', calculateTotal: true });
  const window = queryWindow(open, { total: 2, indexOfAnchor: -1 });
  assert.deepEqual(queryAnswer(open, '5', window, ['a', 'b'], 2), {
    accountId: 'A',
    queryState: '5',
    canCalculateChanges: false,
    position: 0,
    ids: ['a', 'b'],
    total: 2,
    limit: 1000,
  });
  const closed = readQueryArguments({ accountId: 'A', limit: 10 });
  const answer = queryAnswer(closed, '5', queryWindow(closed, { total: 2, indexOfAnchor: -1 }), ['a'], null);
  assert.deepEqual(Object.keys(answer).sort(), [
    'accountId',
    'canCalculateChanges',
    'ids',
    'position',
    'queryState',
  ]);
});

test('/set: reads, counts, and holds to ifInState', () => {
  const limits = { maxObjectsInSet: 3 };
  const request = readSetArguments(
    {
      accountId: 'A',
      ifInState: '4',
      create: { k1: { a: 1 } },
      update: { F1: { a: 2 } },
      destroy: ['F2', 'F2'],
    },
    limits,
  );
  assert.deepEqual(request.destroy, ['F2']);
  requireState(request, 4);
  failsWith('stateMismatch', () => requireState(request, 5));
  failsWith('requestTooLarge', () =>
    readSetArguments({ accountId: 'A', destroy: ['a', 'b', 'c', 'd'] }, limits),
  );
  failsWith('invalidArguments', () =>
    readSetArguments({ accountId: 'A', create: { 'not an id': {} } }, limits),
  );
  failsWith('invalidArguments', () => readSetArguments({ accountId: 'A', create: { k1: [] } }, limits));
});

test('/set: names of the prototype are data', () => {
  const args = JSON.parse(
    '{"accountId":"A","create":{"__proto__":{"a":1},"constructor":{"a":2}}}',
  ) as JsonObject;
  const request = readSetArguments(args, { maxObjectsInSet: 9 });
  assert.deepEqual(request.create.get('constructor'), { a: 2 });
  const result = new SetResult();
  result.created['__proto__'] = { id: 'F1' };
  assert.equal(JSON.stringify(result.toAnswer('A', 1, 2)['created']), '{"__proto__":{"id":"F1"}}');
  assert.equal(({} as { a?: number }).a, undefined);
});

test('/set: empty results are null', () => {
  assert.deepEqual(new SetResult().toAnswer('A', 1, 2), {
    accountId: 'A',
    oldState: '1',
    newState: '2',
    created: null,
    updated: null,
    destroyed: null,
    notCreated: null,
    notUpdated: null,
    notDestroyed: null,
  });
});

test('/set: creations come after what they refer to; circles come last', () => {
  const parent = (object: JsonObject) =>
    typeof object['parentId'] === 'string' ? [object['parentId'].slice(1)] : [];
  const create = new Map<string, JsonObject>([
    ['x', { parentId: '#y' }],
    ['y', { parentId: '#x' }],
    ['c', { parentId: '#b' }],
    ['b', { parentId: '#a' }],
    ['a', {}],
  ]);
  assert.deepEqual(
    orderCreations(create, parent).map(([creationId]) => creationId),
    ['a', 'b', 'c', 'x', 'y'],
  );
});
