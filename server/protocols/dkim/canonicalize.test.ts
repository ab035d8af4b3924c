import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyHash } from './body-hash.ts';
import { BodyCanonicalizer } from './canonicalize-body.ts';
import type { Canonicalization } from './canonicalization.ts';
import { canonicalizeField, canonicalizeOwnField } from './canonicalize-field.ts';

function canonical(how: Canonicalization, body: string, size = body.length): string {
  let out = '';
  const canonicalizer = new BodyCanonicalizer(how, (bytes) => (out += bytes.toString('latin1')));
  const bytes = Buffer.from(body, 'latin1');
  for (let at = 0; at < bytes.length; at += size) canonicalizer.write(bytes.subarray(at, at + size));
  canonicalizer.finish();
  return out;
}

/** RFC 6376 §3.4.3 and §3.4.4 as they are written, on the whole body at once. */
const plainly: Record<Canonicalization, (body: string) => string> = {
  simple(body) {
    let end = body.length;
    while (body.slice(0, end).endsWith('\r\n')) end -= 2;
    return `${body.slice(0, end)}\r\n`;
  },
  relaxed(body) {
    const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
    while (lines.at(-1) === '') lines.pop();
    return lines.map((line) => `${line}\r\n`).join('');
  },
};

test('the examples of RFC 6376 §3.4.5 and §3.4.6', () => {
  const header = ['A: X\r\n', 'B : Y\t\r\n\tZ  \r\n'];
  const body = ' C \r\nD \t E\r\n\r\n\r\n';
  assert.equal(header.map((field) => canonicalizeField(field, 'relaxed')).join(''), 'a:X\r\nb:Y Z\r\n');
  assert.deepEqual(
    header.map((field) => canonicalizeField(field, 'simple')),
    header,
  );
  assert.equal(canonical('relaxed', body), ' C\r\nD E\r\n');
  assert.equal(canonical('simple', body), ' C \r\nD \t E\r\n');
});

test('the hash of no body at all, RFC 6376 §3.4.3 and §3.4.4', () => {
  const digest = (how: Canonicalization) => new BodyHash(how).finish().digest.toString('base64');
  assert.equal(digest('simple'), 'frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=');
  assert.equal(digest('relaxed'), '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
});

const pieces = fc.constantFrom('\r\n', '\r\n\r\n', ' ', '\t', 'a', '\r', '\n', '\xe9', '.', ' \r\n', '  x');
const bodies = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

test('a body in pieces of any size is what the text of the standard says', () => {
  fc.assert(
    fc.property(
      bodies,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('simple', 'relaxed'),
      (body, size, how) => {
        assert.equal(canonical(how, body, size), plainly[how](body));
      },
    ),
    { numRuns: 3_000 },
  );
});

test('more line breaks than the memory that is held', () => {
  const body = `a${'\r\n'.repeat(40_000)}b${'\r\n'.repeat(10_000)}`;
  for (const how of ['simple', 'relaxed'] as const)
    for (const size of [1, 4096, body.length]) assert.equal(canonical(how, body, size), plainly[how](body));
});

test('of a limited body its first octets are hashed, and all are counted', () => {
  fc.assert(
    fc.property(bodies, fc.nat(60), (body, limit) => {
      const hash = new BodyHash('relaxed', limit);
      for (const byte of Buffer.from(body, 'latin1')) hash.write(Buffer.of(byte));
      const whole = plainly.relaxed(body);
      const expected = createHash('sha256').update(whole.slice(0, limit), 'latin1').digest();
      assert.deepEqual(hash.finish(), { digest: expected, length: whole.length });
    }),
  );
});

test('the field of a signature loses the value of b= and nothing else', () => {
  const field = 'DKIM-Signature: v=1; bh=abc=; \r\n\tb = x y\r\n z== ; s=b=1\r\n';
  assert.equal(canonicalizeOwnField(field, 'simple'), 'DKIM-Signature: v=1; bh=abc=; \r\n\tb =; s=b=1');
  assert.equal(canonicalizeOwnField(field, 'relaxed'), 'dkim-signature:v=1; bh=abc=; b =; s=b=1');
  assert.equal(canonicalizeOwnField('d: s=1; b=abc\r\n', 'simple'), 'd: s=1; b=');
});

test('a relaxed field is the same however it is folded', () => {
  const word = fc.stringMatching(/^[!-~]{1,8}$/);
  const gap = fc.constantFrom(' ', '\t', '  ', '\r\n ', ' \r\n\t ');
  fc.assert(
    fc.property(fc.array(fc.tuple(word, gap), { minLength: 1 }), (words) => {
      const text = words.map(([text, space]) => text + space).join('');
      const plain = words.map(([text]) => text).join(' ');
      assert.equal(canonicalizeField(`Name:${text}\r\n`, 'relaxed'), `name:${plain}\r\n`);
    }),
  );
});
