import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { issueCertificate, type Signer } from '#platform/certificates/issue-certificate.ts';
import * as x509 from '#platform/certificates/x509.ts';
import { matchPeer, usableRecords, type TlsaRecord } from './index.ts';

const now = new Date('2026-06-01T00:00:00Z');
const validity = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };

async function signerOf({ cert, key }: { cert: string; key: string }): Promise<Signer> {
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(key),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  return { certificate: new x509.X509Certificate(cert), privateKey };
}

const root = await issueCertificate({ names: ['Root'], validity, authority: true });
const other = await issueCertificate({ names: ['Root'], validity, authority: true });
const issued = await issueCertificate({ names: ['mx.clinic.test'], validity }, await signerOf(root));
const wild = await issueCertificate({ names: ['*.clinic.test'], validity }, await signerOf(root));
const expired = await issueCertificate(
  { names: ['mx.clinic.test'], validity: { from: validity.from, to: new Date('2026-02-01T00:00:00Z') } },
  await signerOf(root),
);
const selfMade = await issueCertificate({ names: ['anything.else'], validity });

const der = ({ cert }: { cert: string }): Buffer => new X509Certificate(cert).raw;
const spki = ({ cert }: { cert: string }): Buffer =>
  new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
const digest = (bits: 256 | 512, data: Buffer): Buffer => createHash(`sha${bits}`).update(data).digest();
const record = (usage: number, selector: number, matchingType: number, data: Buffer): TlsaRecord => ({
  usage,
  selector,
  matchingType,
  data,
});

function match(records: readonly TlsaRecord[], chain: readonly { cert: string }[], name = 'mx.clinic.test') {
  const verdict = matchPeer(usableRecords(records), chain.map(der), [name], now);
  return verdict.proven ? 'proven' : verdict.because;
}

test('DANE-EE binds certificate or key, whatever its name and dates (RFC 7672 §3.1.1)', () => {
  for (const [selector, data] of [
    [0, der(selfMade)],
    [1, spki(selfMade)],
  ] as const) {
    assert.equal(match([record(3, selector, 0, data)], [selfMade]), 'proven');
    assert.equal(match([record(3, selector, 1, digest(256, data))], [selfMade]), 'proven');
    assert.equal(match([record(3, selector, 2, digest(512, data))], [selfMade]), 'proven');
    assert.equal(match([record(3, selector, 1, digest(256, data))], [issued, root]), 'no-match');
  }
  assert.equal(match([record(3, 1, 1, digest(256, spki(expired)))], [expired]), 'proven');
});

test('DANE-EE is about the leaf alone', () => {
  assert.equal(match([record(3, 0, 1, digest(256, der(root)))], [issued, root]), 'no-match');
});

test('DANE-TA demands chain, dates and name (RFC 7672 §3.1.2)', () => {
  const anchor = record(2, 0, 1, digest(256, der(root)));
  assert.equal(match([anchor], [issued, root]), 'proven');
  assert.equal(match([record(2, 1, 2, digest(512, spki(root)))], [issued, root]), 'proven');
  assert.equal(match([anchor], [wild, root]), 'proven', 'one label for the star');
  assert.equal(match([anchor], [wild, root], 'a.b.clinic.test'), 'name-mismatch');
  assert.equal(match([anchor], [wild, root], 'clinic.test'), 'name-mismatch');
  assert.equal(match([anchor], [issued, root], 'mx.other.test'), 'name-mismatch');
  assert.equal(match([anchor], [expired, root]), 'not-in-time');
  assert.equal(match([anchor], [issued]), 'no-match', 'the anchor was not sent');
  assert.equal(match([anchor], [selfMade, root]), 'no-match', 'the anchor did not sign it');
  const impostor = record(2, 0, 1, digest(256, der(other)));
  assert.equal(match([impostor], [issued, other]), 'no-match', 'same name, other key');
});

test('a whole certificate or key in the record need not be sent', () => {
  assert.equal(match([record(2, 0, 0, der(root))], [issued]), 'proven');
  assert.equal(match([record(2, 1, 0, spki(root))], [issued]), 'proven');
  assert.equal(match([record(2, 0, 0, der(other))], [issued]), 'no-match');
});

test('what RFC 7672 forbids or nobody knows is unusable', () => {
  const good = digest(256, spki(selfMade));
  const unusable = [
    record(0, 1, 1, good),
    record(1, 1, 1, good),
    record(4, 1, 1, good),
    record(255, 1, 1, good),
    record(3, 2, 1, good),
    record(3, 1, 3, good),
    record(3, 1, 1, good.subarray(1)),
    record(3, 1, 2, good),
    record(3, 1, 0, Buffer.alloc(0)),
    record(3, 1, 0, Buffer.concat([spki(selfMade), Buffer.from([0])])),
  ];
  assert.deepEqual(usableRecords(unusable), []);
  assert.equal(match([...unusable, record(3, 1, 1, good)], [selfMade]), 'proven', 'the others still count');
});

test('the strongest digest of a usage and selector counts alone (RFC 7671 §9)', () => {
  const weak = record(3, 1, 1, digest(256, spki(selfMade)));
  const strong = record(3, 1, 2, digest(512, spki(issued)));
  assert.equal(match([weak, strong], [selfMade]), 'no-match');
  assert.equal(match([weak, strong], [issued]), 'proven');
  assert.equal(
    match([weak, record(3, 0, 2, digest(512, der(issued)))], [selfMade]),
    'proven',
    'another selector',
  );
});

test('no bytes make it throw, and none but the right ones prove anything', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          usage: fc.integer({ min: 0, max: 255 }),
          selector: fc.integer({ min: 0, max: 3 }),
          matchingType: fc.integer({ min: 0, max: 3 }),
          data: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
        }),
      ),
      fc.array(fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))),
      (records, junk) => {
        assert.equal(matchPeer(usableRecords(records), junk, ['mx.test'], now).proven, false);
        assert.equal(match(records, [issued, root]) === 'proven', false);
      },
    ),
  );
});
