import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkHost, type SpfResolver } from './check-host.ts';
import { expandMacros, parseDomainSpec, parseMacroString } from './macro-string.ts';
import { parseSpfRecord } from './record.ts';

const term = fc.constantFrom(
  'a',
  'mx',
  'ptr',
  'ptr:b.test',
  '-all',
  '~all',
  'include:a.test',
  'include:b.test',
  'include:%{d}',
  'exists:%{ir}.%{l1r-}.a.test',
  'redirect=a.test',
  'redirect=b.test',
  'exp=x.a.test',
  'ip4:192.0.2.0/24',
  'ip6:2001:db8::/32',
  'a:%{p}/8//16',
  'mx:b.test//0',
  'unknown=1',
);
const record = fc.array(fc.oneof({ weight: 12, arbitrary: term }, fc.string({ maxLength: 8 })), {
  maxLength: 14,
});
const text = record.map((terms) => ['v=spf1', ...terms].join(' '));

test('whatever records say, questions stay few, and there is a verdict', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.boolean(), async (one, other, isV6) => {
      let asked = 0;
      const found = <R>(...records: R[]) => {
        asked += 1;
        return Promise.resolve({ kind: 'found', records } as const);
      };
      const many = Array.from({ length: 10 }, (_, index) => `h${index}.test`);
      const dns: SpfResolver = {
        txt: (name) => found(name.startsWith('a.') ? one : other),
        a: () => found('203.0.113.1'),
        aaaa: () => found('2001:db8:ffff::1'),
        mx: () => found(...many.map((exchange) => ({ preference: 1, exchange }))),
        ptr: () => found(...many),
      };
      const { verdict } = await checkHost(
        {
          ip: isV6 ? '2001:db8:1::1' : '198.51.100.1',
          helo: 'h.test',
          mailFrom: 'x@a.test',
          receiver: 'mx.test',
          now: new Date(0),
        },
        dns,
      );
      assert.notEqual(verdict, 'none');
      // Ten terms of eleven questions, a record for each include, a proven name for each macro.
      assert.ok(asked <= 300, `${asked}`);
    }),
    { numRuns: 1_500 },
  );
});

test('no text makes a parser throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.string({ unit: 'binary' })), async (words) => {
      parseSpfRecord(words);
      parseDomainSpec(words);
      const parts = parseMacroString(words, 'explanation');
      if (parts !== null) await expandMacros(parts, () => 'a.b-c');
    }),
    { numRuns: 2_000 },
  );
});

const examples: readonly [string, string][] = [
  ['%{s}', 'strong-bad@email.example.com'],
  ['%{o}', 'email.example.com'],
  ['%{d4}', 'email.example.com'],
  ['%{d2}', 'example.com'],
  ['%{dr}', 'com.example.email'],
  ['%{d2r}', 'example.email'],
  ['%{l}', 'strong-bad'],
  ['%{l-}', 'strong.bad'],
  ['%{lr-}', 'bad.strong'],
  ['%{l1r-}', 'strong'],
  ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
  ['%{S}%%%_%-', 'strong-bad%40email.example.com% %20'],
];

test('the examples of RFC 7208 §7.4', async () => {
  const values: Record<string, string> = {
    s: 'strong-bad@email.example.com',
    o: 'email.example.com',
    d: 'email.example.com',
    l: 'strong-bad',
    i: '192.0.2.3',
    v: 'in-addr',
  };
  for (const [macros, expected] of examples) {
    const parts = parseMacroString(macros, 'explanation');
    assert.ok(parts !== null, macros);
    assert.equal(await expandMacros(parts, (letter) => values[letter] ?? ''), expected, macros);
  }
});
