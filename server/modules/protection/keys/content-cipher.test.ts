import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentCiphers } from '#protocols/cms/index.ts';
import { chooseCipher, cipherReason, describeCipher } from './content-cipher.ts';

const none = { cipherSetting: 'auto', capabilities: null } as const;
const says = (...ciphers: (typeof contentCiphers)[number][]) => ({ ciphers, oaep: false });

test('AES-256-GCM unless the program names CBC alone, or the administrator does', () => {
  deepEqual(chooseCipher(none), { cipher: 'aes-256-gcm', rsaTransport: 'oaep', because: 'default' });
  equal(chooseCipher({ ...none, capabilities: says() }).cipher, 'aes-256-gcm');
  equal(chooseCipher({ ...none, capabilities: says('aes-256-cbc', 'aes-128-gcm') }).cipher, 'aes-128-gcm');
  deepEqual(chooseCipher({ ...none, capabilities: says('aes-128-cbc', 'aes-256-cbc') }), {
    cipher: 'aes-256-cbc',
    rsaTransport: 'pkcs1',
    because: 'they-read-no-other',
  });
  equal(chooseCipher({ ...none, capabilities: { ...says('aes-128-cbc'), oaep: true } }).rsaTransport, 'oaep');
  deepEqual(chooseCipher({ cipherSetting: 'cbc', capabilities: says('aes-256-gcm') }), {
    cipher: 'aes-256-cbc',
    rsaTransport: 'pkcs1',
    because: 'administrator',
  });
  equal(chooseCipher({ cipherSetting: 'gcm', capabilities: says('aes-256-cbc') }).cipher, 'aes-256-gcm');
});

test('a program that names GCM never gets CBC by itself, nor one that names nothing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...contentCiphers)), fc.boolean(), (ciphers, oaep) => {
      const { cipher } = chooseCipher({ cipherSetting: 'auto', capabilities: { ciphers, oaep } });
      const isOld = ciphers.length > 0 && ciphers.every((each) => each.endsWith('cbc'));
      equal(cipher.endsWith('cbc'), isOld);
    }),
  );
});

test('the words say which, and why', () => {
  equal(cipherReason(none), '');
  match(cipherReason({ ...none, capabilities: says('aes-128-cbc') }), /AES-128-CBC, since their program/);
  match(describeCipher({ ...none, cipherSetting: 'cbc' }).words, /AES-256-CBC: as an administrator/);
});
