import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claimsToBe } from './claims-to-be.ts';
import { readAuthenticationResults, type AuthenticationResults } from './read-results.ts';
import { writeAuthenticationResults } from './write-results.ts';

test('the examples of RFC 8601 appendix B', () => {
  assert.deepEqual(readAuthenticationResults('example.org 1; none'), {
    serviceId: 'example.org',
    results: [],
  });
  assert.deepEqual(
    readAuthenticationResults(
      'example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net',
    )?.results,
    [
      {
        method: 'auth',
        result: 'pass',
        reason: 'cram-md5',
        properties: [{ type: 'smtp', name: 'auth', value: 'sender@example.net' }],
      },
      {
        method: 'spf',
        result: 'pass',
        reason: null,
        properties: [{ type: 'smtp', name: 'mailfrom', value: 'example.net' }],
      },
    ],
  );
  const commented =
    'foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) .expired=1362471462';
  // A dot may stand apart there; nobody writes it so.
  assert.equal(readAuthenticationResults(commented), null);
  assert.equal(
    readAuthenticationResults(
      'foo.example.net (foobar) 1 (baz); dkim (x) / 1 (y) = (z) fail policy.expired (w) = 1',
    )?.results[0]?.result,
    'fail',
  );
});

test('what is malformed is not guessed at', () => {
  for (const value of [
    '',
    ';',
    '; spf=pass',
    'a.test; spf',
    'a.test; =pass',
    'a.test 2; spf=pass',
    'a.test x y; none',
    'a.test; spf=pass "',
    'a.test (; spf=pass',
    'a.test); spf=pass',
    'a.test; spf=pass smtp=x',
  ])
    assert.equal(readAuthenticationResults(value), null, value);
  assert.equal(
    readAuthenticationResults('a.test; dkim=fail reason="a; b=c (d)" header.d=x.test')?.results[0]?.reason,
    'a; b=c (d)',
  );
});

const visible = fc.stringMatching(/^[ -~]{1,20}$/).filter((text) => text.trim() !== '');
const plain = { noNullPrototype: true };
const results = fc.record(
  {
    serviceId: fc.stringMatching(/^[a-z0-9.-]{1,20}$/),
    results: fc.array(
      fc.record(
        {
          method: fc.constantFrom('spf', 'dkim', 'dmarc', 'arc'),
          result: fc.constantFrom('pass', 'fail', 'temperror'),
          reason: fc.option(fc.stringMatching(/^[a-z ]{1,20}$/)),
          properties: fc.array(
            fc.record(
              {
                type: fc.constantFrom('smtp', 'header', 'policy'),
                name: fc.constantFrom('mailfrom', 'd', 'from'),
                value: visible,
              },
              plain,
            ),
            { maxLength: 3 },
          ),
        },
        plain,
      ),
      { maxLength: 4 },
    ),
  },
  plain,
);

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(results, (written: AuthenticationResults) => {
      assert.deepEqual(readAuthenticationResults(writeAuthenticationResults(written)), written);
    }),
    { numRuns: 1_000 },
  );
});

test('a stranger cannot break out of the field', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, reason) => {
      const properties = [{ type: 'smtp', name: 'mailfrom', value }];
      const text = writeAuthenticationResults({
        serviceId: 'mx.test',
        results: [{ method: 'spf', result: 'fail', reason, properties }],
      });
      assert.match(text, /^[ -~]*$/);
      const read = readAuthenticationResults(text);
      assert.deepEqual(
        read?.results.map(({ method, result }) => [method, result]),
        [['spf', 'fail']],
      );
    }),
    { numRuns: 2_000 },
  );
});

test('a field under our name is found, however it is written', () => {
  const host = 'mx.clinic.test';
  for (const value of [
    'mx.clinic.test; spf=pass',
    'MX.Clinic.Test; spf=pass',
    'mx.clinic.test',
    '  mx.clinic.test 1 ; none',
    'mx.clinic.test. ; none',
    '(hi) mx.clinic.test; none',
    '(a (nested) \\) comment)mx.clinic.test(x); none',
    '"mx.clinic.test"; none',
    '"mx\\.clin\\ic.test"; none',
    '( (" ) mx.clinic.test; none',
    'mx.clinic.test (unclosed; spf=pass',
    '"mx.clinic.test; spf=pass',
    'mx.clinic.test/1; none',
  ])
    assert.ok(claimsToBe(value, host), value);
  assert.ok(claimsToBe('m\u00fcller.test; none', 'xn--mller-kva.test'));
  for (const value of [
    '',
    ';',
    'other.test; spf=pass',
    '(mx.clinic.test) other.test; none',
    'amx.clinic.test; none',
    'mx.clinic.test.evil.test; none',
    'other.test; dkim=pass header.d=mx.clinic.test',
  ])
    assert.ok(!claimsToBe(value, host), value);
});

test('no text makes a reader throw', () => {
  const piece = fc.constantFrom(
    'mx.test',
    '(',
    ')',
    '"',
    '\\',
    ';',
    '=',
    '/',
    ' ',
    'spf',
    'pass',
    'smtp.mailfrom',
    'reason',
    '.',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((all) => all.join('')),
      ),
      (text) => {
        readAuthenticationResults(text);
        claimsToBe(text, 'mx.test');
      },
    ),
    { numRuns: 3_000 },
  );
});
