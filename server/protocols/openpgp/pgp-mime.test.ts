import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPgpMime, writeEncryptedEntity, writeSignedEntity } from './pgp-mime.ts';

const armored = '-----BEGIN PGP MESSAGE-----\n\nabc=\n-----END PGP MESSAGE-----\n';
const signed = Buffer.from('Content-Type: text/plain\r\n\r\nA result\r\n');

test('what was written is read again, byte for byte', () => {
  const encrypted = readPgpMime(writeEncryptedEntity(armored));
  equal(
    encrypted.kind === 'encrypted' && encrypted.ciphertext.toString().replaceAll('\r', '').trim(),
    armored.trim(),
  );
  const read = readPgpMime(writeSignedEntity(signed, { signature: armored, micalg: 'pgp-sha512' }));
  deepEqual(read.kind === 'signed' && read.signed, signed);
});

test('only the whole message counts, and only in the form that all read alike', () => {
  const encrypted = writeEncryptedEntity(armored).toString();
  const boundary = /boundary="(.*)"/.exec(encrypted)?.[1] ?? '';
  const around = `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<img src="\r\n--x\r\n${encrypted}\r\n--x--\r\n`;
  equal(readPgpMime(Buffer.from(around)).kind, 'none');
  const kindOf = (text: string) => readPgpMime(Buffer.from(text)).kind;
  equal(kindOf(encrypted.replace('Version: 1', 'Version: 2')), 'malformed');
  equal(
    kindOf(encrypted.replace(`\r\n\r\n--${boundary}`, `\r\n\r\n<img src="x\r\n--${boundary}`)),
    'malformed',
  );
  equal(kindOf(`${encrypted}more`), 'malformed');
  equal(
    kindOf(encrypted.replace(`--${boundary}--`, `--${boundary}\r\n\r\n\r\n--${boundary}--`)),
    'malformed',
  );
  equal(kindOf(encrypted.replace(/^/, 'Content-Type: text/plain\r\n')), 'none');
});

test('any bytes are read without an exception', () => {
  const whole = writeEncryptedEntity(armored);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, octet) => {
      const changed = Buffer.from(whole);
      changed[at] = octet;
      readPgpMime(changed);
      readPgpMime(whole.subarray(0, at));
    }),
  );
});
