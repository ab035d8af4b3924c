import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseKeyRecord, readKeyAnswer } from './key-record.ts';
import { parseSignature } from './signature.ts';
import { parseTagList, readBase64 } from './tag-list.ts';

test('reads tags with blanks, folding and a last semicolon', () => {
  assert.deepEqual(
    [...(parseTagList('v=1;\ta = rsa-sha256 ; b=a b=c;\r\n h=x : y; ') ?? [])],
    [
      ['v', '1'],
      ['a', 'rsa-sha256'],
      ['b', 'a b=c'],
      ['h', 'x : y'],
    ],
  );
  assert.deepEqual([...(parseTagList('p=') ?? [])], [['p', '']]);
});

test('refuses what is none', () => {
  for (const text of ['', ';', 'v', 'v=1;;b=2', 'v=1; v=2', '=1', '1v=2', 'v=a\0b', 'v w=1', 'a-b=1'])
    assert.equal(parseTagList(text), null, JSON.stringify(text));
  assert.ok(parseTagList('v=1; V=2') !== null, 'names are case-sensitive');
});

test('whatever is written as tags is read as those', () => {
  const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,6}$/);
  const value = fc.stringMatching(/^[!-:<-~]{0,20}$/);
  const blank = fc.constantFrom('', ' ', '\t', ' \t ');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, value, blank), { minLength: 1, selector: ([first]) => first }),
      (tags) => {
        const text = tags
          .map(([tag, text, space]) => `${space}${tag}${space}=${space}${text}${space}`)
          .join(';');
        assert.deepEqual(
          [...(parseTagList(text) ?? [])],
          tags.map(([tag, text]) => [tag, text]),
        );
      },
    ),
  );
});

test('base64 may be folded anywhere, and must be base64', () => {
  assert.equal(readBase64('aGVs\r\n bG8=')?.toString(), 'hello');
  for (const text of ['a', 'aGVsbG8*', 'ab=c', 'aaa===']) assert.equal(readBase64(text), null, text);
});

const signature = (changes: Record<string, string | null> = {}) => {
  const tags: Record<string, string | null> = {
    v: '1',
    a: 'rsa-sha256',
    b: 'YQ==',
    bh: 'YQ==',
    d: 'Example.ORG',
    h: 'From : To',
    s: 'sel.a',
    ...changes,
  };
  const value = Object.entries(tags)
    .flatMap(([tag, text]) => (text === null ? [] : `${tag}=${text}`))
    .join('; ');
  return parseSignature({ value });
};

test('a signature is read with the defaults of RFC 6376 §3.5', () => {
  const parsed = signature();
  assert.ok(parsed.ok);
  const { domain, identity, fields, headerCanonicalization, bodyCanonicalization, bodyLength } =
    parsed.signature;
  assert.deepEqual(
    { domain, identity, fields, headerCanonicalization, bodyCanonicalization, bodyLength },
    {
      domain: 'example.org',
      identity: '@example.org',
      fields: ['from', 'to'],
      headerCanonicalization: 'simple',
      bodyCanonicalization: 'simple',
      bodyLength: null,
    },
  );
});

test('each thing wrong with a signature has its name', () => {
  const problems: [string, Record<string, string | null>][] = [
    ['malformed-signature', { v: null }],
    ['unknown-version', { v: '2' }],
    ['malformed-signature', { d: null }],
    ['malformed-signature', { d: 'a..b' }],
    ['malformed-signature', { b: '' }],
    ['malformed-signature', { bh: null }],
    ['malformed-signature', { h: 'from::to' }],
    ['malformed-signature', { l: '-1' }],
    ['malformed-signature', { t: '10', x: '10' }],
    ['malformed-signature', { i: 'a@example.com' }],
    ['malformed-signature', { i: 'a@notexample.org' }],
    ['unknown-algorithm', { a: 'rsa-md5' }],
    ['sha1', { a: 'rsa-sha1' }],
    ['unknown-canonicalization', { c: 'relaxed/nofws' }],
    ['unknown-query-method', { q: 'http' }],
    ['from-not-signed', { h: 'to' }],
  ];
  for (const [problem, changes] of problems) {
    const parsed = signature(changes);
    assert.equal(parsed.ok ? 'no problem' : parsed.problem, problem, JSON.stringify(changes));
  }
});

test('each thing wrong with a key has its name', () => {
  const short =
    'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALNKz9ogT1ZCvGK4ZHM2vIsdoqlYcCmsWnXs55MxbfGU/j0vNMDHShFqJgKM+Ggu6R0IfI+Hxm5nnxt6ItiXe90CAwEAAQ==';
  const problems: Record<string, string> = {
    'p=': 'key-revoked',
    'v=DKIM1': 'malformed-key',
    'v=DKIM2; p=YQ==': 'malformed-key',
    'p=YQ==; v=DKIM1': 'malformed-key',
    'k=dsa; p=YQ==': 'unknown-key-type',
    'h=sha1; p=YQ==': 'key-not-for-sha256',
    's=tlsrpt; p=YQ==': 'key-not-for-mail',
    'p=YQ==': 'malformed-key',
    'k=ed25519; p=YQ==': 'malformed-key',
    [`p=${short}`]: 'key-too-short',
  };
  for (const [record, problem] of Object.entries(problems)) {
    const parsed = parseKeyRecord(record);
    assert.equal(parsed.ok ? 'no problem' : parsed.problem, problem, record);
  }
  const answers = readKeyAnswer({ kind: 'found', records: ['p=YQ==', 'p=YQ=='] });
  assert.deepEqual(answers, { ok: false, problem: 'several-keys' });
  assert.deepEqual(readKeyAnswer({ kind: 'temporary' }), { ok: false, problem: 'dns-unavailable' });
});

test('one answer is read once; the next one anew', () => {
  const [one, other] = ['k=ed25519; p=', 'k=ed25519; s=email; p='].map((start, n) => ({
    kind: 'found' as const,
    records: [`${start}${Buffer.alloc(32, n + 1).toString('base64')}`],
  }));
  assert.ok(one !== undefined && other !== undefined);
  assert.equal(readKeyAnswer(one), readKeyAnswer(one));
  assert.ok(readKeyAnswer(one).ok);
  assert.notDeepEqual(readKeyAnswer(other), readKeyAnswer(one));
});

test('no text makes a parser throw', () => {
  const part = fc.constantFrom(
    'v=1',
    'v=DKIM1',
    'p=',
    'k=ed25519',
    'h=',
    'from',
    ':',
    ';',
    '=',
    'l=9',
    'i=@',
    'd=a.b',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(part, fc.string())).map((all) => all.join(';')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      parseTagList(text);
      parseSignature({ value: text });
      parseKeyRecord(text);
    }),
    { numRuns: 2_000 },
  );
});
