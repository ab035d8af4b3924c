import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isAddressLiteral, isDomainName, parseMailbox, parsePath } from './mailbox.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../../shared/testdata');
const isemail = join(testdata, 'address/isemail-tests.xml');

interface Sample {
  id: string;
  address: string;
  category: string;
}

function readSamples(): Sample[] {
  const xml = readFileSync(isemail, 'utf8');
  return [...xml.matchAll(/<test id="(\d+)">([\s\S]*?)<\/test>/g)].map(([, id = '', body = '']) => ({
    id,
    address: decodeXml(/<address>([\s\S]*?)<\/address>/.exec(body)?.[1] ?? ''),
    category: /<category>ISEMAIL_([A-Z0-9_]+)/.exec(body)?.[1] ?? '',
  }));
}

/** U+2400 and on stand for control characters in that file. */
function decodeXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text
    .replace(/&#x([0-9A-Fa-f]+);/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&(\w+);/g, (_, name: string) => named[name] ?? '')
    .replace(/[\u2400-\u241f]/g, (symbol) => String.fromCharCode(symbol.charCodeAt(0) - 0x2400));
}

describe('addresses of RFC 5321', () => {
  test(
    'isemail corpus: what RFC 5321 allows is taken, everything else refused',
    { skip: existsSync(isemail) ? false : 'testdata/address is absent' },
    () => {
      const samples = readSamples();
      assert.ok(samples.length >= 164);
      for (const { id, address, category } of samples) {
        const expected = ['VALID_CATEGORY', 'DNSWARN', 'RFC5321'].includes(category);
        assert.equal(parseMailbox(address) !== null, expected, `isemail test ${id} (${category})`);
      }
    },
  );

  test('a local part has 64 octets at most, unless a forwarder rewrote it', () => {
    const long = `=aaaabbbbcccc=bb=a-hospital-with-a-long-name.test=a-person-with-a-long-name@here.test`;
    for (const [text, expected] of [
      [`${'a'.repeat(64)}@here.test`, true],
      [`${'a'.repeat(65)}@here.test`, false],
      [`SRS0${long}`, true],
      [`srs1${long}`, true],
      [`SRS2${long}`, false],
      [`a-SRS0${long}`, false],
      [`SRS0=${'a'.repeat(250)}@here.test`, false],
    ] as const)
      assert.equal(parseMailbox(text) !== null, expected, text);
  });

  test('quoted local parts lose their quotes where they need none, and keep them where they do', () => {
    assert.deepEqual(parseMailbox('"plain"@example.test'), {
      localPart: 'plain',
      domain: 'example.test',
      address: 'plain@example.test',
      utf8: false,
    });
    assert.equal(
      parseMailbox(String.raw`"with \"quote\" and @"@example.test`)?.address,
      String.raw`"with \"quote\" and @"@example.test`,
    );
    assert.equal(parseMailbox('""@example.test')?.address, '""@example.test');
  });

  test('addresses beyond ASCII are taken and marked', () => {
    assert.equal(parseMailbox('zoë@bücher.example')?.utf8, true);
    assert.equal(parseMailbox('用户@例子.example')?.utf8, true);
    assert.equal(parseMailbox('a\u0085b@example.test'), null);
    assert.equal(parseMailbox('a\u2028b@example.test'), null);
    assert.equal(parseMailbox('a@exa\u2028mple.test'), null);
  });

  test('source routes are dropped, the null path is null', () => {
    assert.equal(parsePath('<@one.test,@two.test:user@three.test>')?.mailbox?.address, 'user@three.test');
    assert.deepEqual(parsePath('<>'), { mailbox: null, end: 2 });
    assert.equal(parsePath('<@one.test:>'), null);
    assert.equal(parsePath('<a@b.test'), null);
    assert.equal(parsePath('a@b.test'), null);
    assert.equal(parsePath('<a@b.test>x')?.end, 10);
    assert.equal(parsePath('<"a>b"@c.test> SIZE=1')?.end, 14);
  });

  test('address literals', () => {
    for (const good of ['[192.0.2.1]', '[IPv6:2001:db8::1]', '[ipv6:::1]'])
      assert.ok(isAddressLiteral(good), good);
    for (const bad of ['[]', '[192.0.2]', '[2001:db8::1]', '[IPv6:fe80::1%eth0]', '[X:y]', '192.0.2.1'])
      assert.ok(!isAddressLiteral(bad), bad);
  });

  test('domain names have labels of letters, digits and inner hyphens', () => {
    for (const bad of [
      '',
      '.',
      'a..b',
      '-a.test',
      'a-.test',
      'a_b.test',
      'a b.test',
      `${'a'.repeat(64)}.test`,
    ])
      assert.ok(!isDomainName(bad), bad);
  });

  test('whatever text comes: no throw, and what was accepted reads back as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const mailbox = parseMailbox(text);
        if (mailbox !== null) assert.deepEqual(parseMailbox(mailbox.address), mailbox);
        parsePath(`<${text}>`);
      }),
    );
  });

  test('any quoted local part survives being written and read', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...' !"#$@\\<>ab.,;:()[]'.split('')),
          minLength: 1,
          maxLength: 20,
        }),
        (local) => {
          const mailbox = parseMailbox(`"${local.replace(/["\\]/g, String.raw`\$&`)}"@example.test`);
          assert.equal(mailbox?.localPart, local);
          assert.equal(parseMailbox(mailbox?.address ?? '')?.localPart, local);
          assert.equal(parsePath(`<${mailbox?.address}>`)?.mailbox?.localPart, local);
        },
      ),
    );
  });
});
