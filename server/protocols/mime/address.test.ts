import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { domainOf, normalizeAddress, parseAddress } from './address.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? '../shared/testdata';

describe('parseAddress', () => {
  it('keeps the local part and lower-cases the domain', () => {
    assert.deepEqual(parseAddress('Ann.Lee+a@Example.COM'), {
      local: 'Ann.Lee+a',
      domain: 'example.com',
      address: 'Ann.Lee+a@example.com',
    });
  });
  it('turns an internationalised domain into A-labels', () => {
    assert.equal(parseAddress('ann@bücher.example')?.domain, 'xn--bcher-kva.example');
    assert.equal(parseAddress('用户@例え.test')?.domain, 'xn--r8jz45g.test');
  });
  it('refuses URL syntax in an internationalised domain', () => {
    for (const domain of ['bü%41.test', 'bü:80.test', 'bü/x.test', 'bü.test#x', 'ü@b.test\\']) {
      assert.equal(parseAddress(`a@${domain}`), null, domain);
    }
  });
  it('refuses characters that deceive the eye', () => {
    for (const hidden of ['\u202e', '\u200b', '\u00a0', '\u2028', '\ud800', '\u0085', '\ufeff']) {
      assert.equal(parseAddress(`a${hidden}b@example.com`), null);
      assert.equal(parseAddress(`a@exa${hidden}mple.com`), null);
      assert.equal(parseAddress(`"a${hidden}b"@example.com`), null);
    }
  });
  it('never lets CR, LF, NUL or an angle bracket out of a quoted local part', () => {
    for (const text of ['"a\r\nb"@x.test', '"a\0"@x.test', 'a\r\n@x.test', '<a@x.test>', 'a@x.test>']) {
      assert.equal(parseAddress(text), null);
    }
  });
  it('is total and idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const parsed = parseAddress(text);
        if (parsed !== null) assert.deepEqual(parseAddress(parsed.address), parsed);
      }),
    );
  });
});

describe('normalizeAddress', () => {
  it('brings the spellings of one mailbox together', () => {
    const spellings = ['Ann@Example.com', ' ann@example.COM ', '"ann"@example.com', '"a\\nn"@example.com'];
    assert.deepEqual([...new Set(spellings.map(normalizeAddress))], ['ann@example.com']);
    assert.equal(normalizeAddress('É@BÜCHER.example'), normalizeAddress('e\u0301@bücher.example'));
  });
  it('keeps quotes where they are needed', () => {
    assert.equal(normalizeAddress('"Ann Lee"@example.com'), '"ann lee"@example.com');
    assert.equal(normalizeAddress('"a\\"b"@example.com'), '"a\\"b"@example.com');
  });
  it('is idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress()), (text) => {
        assert.equal(normalizeAddress(normalizeAddress(text)), normalizeAddress(text));
      }),
    );
  });
  it('names the domain', () => {
    assert.equal(domainOf('ann@BÜCHER.example'), 'xn--bcher-kva.example');
    assert.equal(domainOf('nobody'), null);
  });
});

describe('isemail cases', { skip: !existsSync(testdata) && 'CAREPOST_TESTDATA is absent' }, () => {
  // What isemail calls acceptable for SMTP; comments, folding and obsolete forms are refused.
  const acceptable = new Set(['ISEMAIL_VALID_CATEGORY', 'ISEMAIL_DNSWARN', 'ISEMAIL_RFC5321']);
  const decidedOtherwise = new Map([
    ['23', false], // numeric top label
    ['24', false], // numeric top label
    ['71', true], // "::" for a single group: deprecated, understood by everyone
  ]);
  const xml = existsSync(testdata) ? readFileSync(join(testdata, 'address/isemail-tests.xml'), 'utf8') : '';
  const cases = [...xml.matchAll(/<test id="(\d+)">([\s\S]*?)<\/test>/g)];
  it('are all there', () => assert.equal(cases.length, 164));
  for (const [, id = '', body = ''] of cases) {
    const address = unescapeXml(/<address>([\s\S]*?)<\/address>/.exec(body)?.[1] ?? '');
    const category = /<category>(.*?)<\/category>/.exec(body)?.[1] ?? '';
    it(`${id} ${category}`, () => {
      const expected = decidedOtherwise.get(id) ?? acceptable.has(category);
      assert.equal(parseAddress(address) !== null, expected);
    });
  }
});

function unescapeXml(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[\u2400-\u241f]/g, (symbol) => String.fromCharCode(symbol.charCodeAt(0) - 0x2400));
}
