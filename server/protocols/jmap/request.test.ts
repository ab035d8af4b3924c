import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreCapability, mailCapability } from './capabilities.ts';
import { defaultLimits } from './limits.ts';
import { parseRequest } from './request.ts';

const rules = { limits: defaultLimits, capabilities: new Set([coreCapability, mailCapability]) };

function parse(value: unknown) {
  return parseRequest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), rules);
}

function problemOf(value: unknown) {
  const parsed = parse(value);
  assert.ok(!parsed.ok);
  assert.equal(parsed.problem.status, 400);
  return parsed.problem;
}

test('reads the example of RFC 8620 §3.3.1', () => {
  const methodCalls = [
    ['method1', { arg1: 'arg1data', arg2: 'arg2data' }, 'c1'],
    ['method2', { arg1: 'arg1data' }, 'c2'],
    ['method3', {}, 'c3'],
  ];
  const parsed = parse({ using: [coreCapability, mailCapability], methodCalls });
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.request, { using: [coreCapability, mailCapability], methodCalls });
});

test('keeps createdIds and ignores members it does not know', () => {
  const parsed = parse({ using: [], methodCalls: [], createdIds: { k1: 'M1' }, later: true });
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.request, { using: [], methodCalls: [], createdIds: { k1: 'M1' } });
});

test('what is not JSON in UTF-8 is notJSON', () => {
  for (const body of ['', '{', 'using', '\ufeff{}', '{"a":1}{"b":2}']) {
    assert.equal(problemOf(body).type, 'urn:ietf:params:jmap:error:notJSON', body);
  }
  const parsed = parseRequest(Buffer.from([0x22, 0xc3, 0x28, 0x22]), rules);
  assert.ok(!parsed.ok && parsed.problem.type === 'urn:ietf:params:jmap:error:notJSON');
});

test('JSON of another shape is notRequest', () => {
  const wrong = [
    null,
    [],
    1,
    'x',
    {},
    { using: [] },
    { methodCalls: [] },
    { using: 'x', methodCalls: [] },
    { using: [1], methodCalls: [] },
    { using: [], methodCalls: {} },
    { using: [], methodCalls: [['a', {}]] },
    { using: [], methodCalls: [['a', [], 'c']] },
    { using: [], methodCalls: [['a', null, 'c']] },
    { using: [], methodCalls: [['a', {}, 1]] },
    { using: [], methodCalls: [['a', {}, 'c', 'd']] },
    { using: [], methodCalls: [], createdIds: { a: 1 } },
    { using: [], methodCalls: [], createdIds: { 'not an id': 'x' } },
  ];
  for (const value of wrong) {
    assert.equal(
      problemOf(JSON.stringify(value)).type,
      'urn:ietf:params:jmap:error:notRequest',
      JSON.stringify(value),
    );
  }
});

test('an unknown capability refuses the request', () => {
  assert.equal(
    problemOf({ using: ['https://example.com/apis/foobar'], methodCalls: [] }).type,
    'urn:ietf:params:jmap:error:unknownCapability',
  );
});

test('limits are named', () => {
  const many = Array.from({ length: defaultLimits.maxCallsInRequest + 1 }, () => ['Core/echo', {}, 'c']);
  assert.equal(problemOf({ using: [], methodCalls: many }).limit, 'maxCallsInRequest');
  const big = parseRequest(Buffer.alloc(11), { ...rules, limits: { ...defaultLimits, maxSizeRequest: 10 } });
  assert.ok(!big.ok && big.problem.limit === 'maxSizeRequest');
});
