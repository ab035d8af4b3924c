import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreCapability } from './capabilities.ts';
import { dispatch } from './dispatch.ts';
import { coreEcho } from './echo.ts';
import { JmapMethodError } from './errors.ts';
import type { Method } from './dispatch.ts';
import type { JsonObject } from './json.ts';
import type { Invocation } from './request.ts';

function method(name: string, run: Method<unknown>['run'], capability = coreCapability): Method<unknown> {
  return { name, capability, run };
}

async function call(
  methods: readonly Method<unknown>[],
  methodCalls: readonly Invocation[],
  createdIds?: Record<string, string>,
) {
  return dispatch(
    { using: [coreCapability], methodCalls, ...(createdIds !== undefined && { createdIds }) },
    { methods: new Map(methods.map((each) => [each.name, each])), context: null, sessionState: 's' },
  );
}

const answers = (args: JsonObject) => async () => ({ args });

test('answers in order, each under its call id, whatever became of the others', async () => {
  const response = await call(
    [coreEcho, method('Foo/fails', async () => Promise.reject(new Error('internal detail')))],
    [
      ['Core/echo', { hello: true, high: 5 }, 'b3ff'], // RFC 8620 §4
      ['Foo/fails', {}, 'c1'],
      ['Foo/unknown', {}, 'c2'],
      ['Core/echo', {}, 'c3'],
    ],
  );
  assert.deepEqual(response, {
    methodResponses: [
      ['Core/echo', { hello: true, high: 5 }, 'b3ff'],
      ['error', { type: 'serverFail' }, 'c1'],
      ['error', { type: 'unknownMethod' }, 'c2'],
      ['Core/echo', {}, 'c3'],
    ],
    sessionState: 's',
  });
});

test('a method whose capability is not in use is unknown', async () => {
  const response = await call([method('Foo/get', answers({}), 'urn:other')], [['Foo/get', {}, 'c']]);
  assert.deepEqual(response.methodResponses, [['error', { type: 'unknownMethod' }, 'c']]);
});

test('further responses of a method follow under the same call id', async () => {
  const twice = method('Foo/set', async () => ({ args: { a: 1 }, also: [['Bar/set', { b: 2 }]] }));
  const response = await call([twice], [['Foo/set', {}, 'c']]);
  assert.deepEqual(response.methodResponses, [
    ['Foo/set', { a: 1 }, 'c'],
    ['Bar/set', { b: 2 }, 'c'],
  ]);
});

test('resolves the references of RFC 8620 §3.7', async () => {
  const seen: JsonObject[] = [];
  const record = (name: string, args: JsonObject) =>
    method(name, async (given) => {
      seen.push(given.args);
      return { args };
    });
  await call(
    [
      record('Foo/changes', { created: ['f1', 'f4'], updated: [], destroyed: [] }),
      record('Foo/get', {
        list: [
          { id: 'f1', threadIds: ['t1'] },
          { id: 'f4', threadIds: ['t2', 't3'] },
        ],
      }),
      record('Thread/get', {}),
    ],
    [
      ['Foo/changes', { accountId: 'A1', sinceState: 'abcdef' }, 't0'],
      [
        'Foo/get',
        { accountId: 'A1', '#ids': { resultOf: 't0', name: 'Foo/changes', path: '/created' } },
        't1',
      ],
      ['Thread/get', { '#ids': { resultOf: 't1', name: 'Foo/get', path: '/list/*/threadIds' } }, 't2'],
    ],
  );
  assert.deepEqual(seen[1], { accountId: 'A1', ids: ['f1', 'f4'] });
  assert.deepEqual(seen[2], { ids: ['t1', 't2', 't3'] });
});

test('references that lead nowhere, to an error or to another name are refused', async () => {
  const references = [
    { resultOf: 'nobody', name: 'Core/echo', path: '/a' },
    { resultOf: 'c0', name: 'Foo/get', path: '/a' },
    { resultOf: 'c0', name: 'Core/echo', path: '/b' },
    { resultOf: 'c0', name: 'Core/echo' },
    'c0',
  ];
  for (const reference of references) {
    const response = await call(
      [coreEcho],
      [
        ['Core/echo', { a: 1 }, 'c0'],
        ['Core/echo', { '#x': reference }, 'c1'],
      ],
    );
    assert.equal(
      response.methodResponses[1]?.[1]['type'],
      'invalidResultReference',
      JSON.stringify(reference),
    );
  }
  const both = await call(
    [coreEcho],
    [
      ['Core/echo', { a: 1 }, 'c0'],
      ['Core/echo', { x: 1, '#x': { resultOf: 'c0', name: 'Core/echo', path: '/a' } }, 'c1'],
    ],
  );
  assert.equal(both.methodResponses[1]?.[1]['type'], 'invalidArguments');
});

test('echoes that quote echoes cannot multiply without end', async () => {
  const quote = (callId: string) => ({ resultOf: callId, name: 'Core/echo', path: '' });
  const calls: Invocation[] = [['Core/echo', { a: 1 }, 'c0']];
  for (let i = 1; i < 32; i++) {
    calls.push([
      'Core/echo',
      Object.fromEntries(['#a', '#b', '#c', '#d'].map((name) => [name, quote(`c${i - 1}`)])),
      `c${i}`,
    ]);
  }
  const response = await call([coreEcho], calls);
  assert.equal(response.methodResponses.at(-1)?.[1]['type'], 'invalidResultReference');
  assert.ok(JSON.stringify(response).length < 10_000_000);
});

test('creation ids carry from call to call and back to a client that sent some', async () => {
  const creates = method('Foo/set', async ({ createdIds }) => {
    createdIds.add('k2', 'F2');
    return { args: { given: createdIds.resolve('#k1') ?? null, plain: createdIds.resolve('F9') ?? null } };
  });
  const reads = method('Foo/get', async ({ createdIds }) => ({
    args: { second: createdIds.resolve('#k2') ?? null, none: createdIds.resolve('#k3') ?? null },
  }));
  const response = await call(
    [creates, reads],
    [
      ['Foo/set', {}, 'a'],
      ['Foo/get', {}, 'b'],
    ],
    { k1: 'F1' },
  );
  assert.deepEqual(response.methodResponses[0]?.[1], { given: 'F1', plain: 'F9' });
  assert.deepEqual(response.methodResponses[1]?.[1], { second: 'F2', none: null });
  assert.deepEqual(response.createdIds, { k1: 'F1', k2: 'F2' });
});

test('a method error keeps its description', async () => {
  const refuses = method('Foo/get', async () =>
    Promise.reject(new JmapMethodError('forbidden', 'not yours')),
  );
  const response = await call([refuses], [['Foo/get', {}, 'c']]);
  assert.deepEqual(response.methodResponses, [
    ['error', { type: 'forbidden', description: 'not yours' }, 'c'],
  ]);
});
