import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStsPolicy, parseStsRecord, policyNamesHost } from './index.ts';

test('the record is the one that says v=STSv1', () => {
  assert.deepEqual(parseStsRecord(['v=spf1 -all', 'v=STSv1; id=20160831085700Z;']), {
    kind: 'published',
    id: '20160831085700Z',
  });
  assert.deepEqual(parseStsRecord(['v=STSv1 ;id=a;ext=1']), { kind: 'published', id: 'a' });
  assert.deepEqual(parseStsRecord([]), { kind: 'absent' });
  assert.deepEqual(parseStsRecord(['v=STSv12; id=1']), { kind: 'absent' });
  for (const records of [
    ['v=STSv1'],
    ['v=STSv1; id='],
    ['v=STSv1; id=a b'],
    ['v=STSv1; id=1; id=2'],
    [`v=STSv1; id=${'1'.repeat(33)}`],
    ['v=STSv1; id=1', 'v=STSv1; id=2'],
  ]) {
    assert.equal(parseStsRecord(records).kind, 'malformed', records.join());
  }
});

const example =
  'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n';

test('the policy of RFC 8461 §3.2', () => {
  assert.deepEqual(parseStsPolicy(example), {
    kind: 'policy',
    policy: {
      mode: 'enforce',
      mx: ['mail.example.com', '*.example.net', 'backupmx.example.com'],
      maxAge: 604_800,
    },
  });
});

test('line ends, order, unknown fields and duplicates do not matter', () => {
  const text =
    'mx: MX.Example.COM\nmode: testing\nfuture: thing\nversion: STSv1\nmax_age: 99999999\nmode: enforce';
  assert.deepEqual(parseStsPolicy(text), {
    kind: 'policy',
    policy: { mode: 'testing', mx: ['mx.example.com'], maxAge: 31_557_600 },
  });
  assert.deepEqual(parseStsPolicy('version: STSv1\nmode: none\nmax_age: 0'), {
    kind: 'policy',
    policy: { mode: 'none', mx: [], maxAge: 0 },
  });
});

test('what is not a policy says why', () => {
  const broken = {
    '': 'no version STSv1',
    'version: STSv2\nmode: enforce\nmx: a.b\nmax_age: 1': 'no version STSv1',
    'version: STSv1\nmode: strict\nmx: a.b\nmax_age: 1': 'no valid mode',
    'version: STSv1\nmode: enforce\nmx: a.b': 'no valid max_age',
    'version: STSv1\nmode: enforce\nmx: a.b\nmax_age: -1': 'no valid max_age',
    'version: STSv1\nmode: enforce\nmax_age: 1': 'no mx',
    'version: STSv1\nmode: enforce\nmx: *\nmax_age: 1': 'an mx that is no host name',
    'version: STSv1\nmode: enforce\nmx: a.*.b\nmax_age: 1': 'an mx that is no host name',
    '<html>': 'a line without a colon',
  };
  for (const [text, because] of Object.entries(broken))
    assert.deepEqual(parseStsPolicy(text), { kind: 'malformed', because });
});

test('names match whole, and a star is one label', () => {
  const named = (mx: string, host: string) => policyNamesHost({ mx: [mx] }, host);
  assert.ok(named('mail.example.com', 'MAIL.example.com.'));
  assert.ok(named('*.example.com', 'mx1.example.com'));
  assert.ok(!named('*.example.com', 'example.com'));
  assert.ok(!named('*.example.com', 'a.b.example.com'));
  assert.ok(!named('example.com', 'mx.example.com'));
  assert.ok(!named('*.com', 'com'));
});

test('no text makes the parser throw', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('version: STSv1', 'mode: enforce', 'mx: mx.example.com', 'max_age: 86400'),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const parsed = parseStsPolicy(lines.join('\n'));
      assert.ok(parsed.kind === 'malformed' || parsed.policy.mode === 'none' || parsed.policy.mx.length > 0);
    }),
  );
});
