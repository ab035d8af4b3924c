import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAutocrypt, webKeyHash, webKeyPlaces } from './index.ts';

test('the Web Key Directory hash and places of the draft', () => {
  equal(webKeyHash('Joe.Doe'), 'iy9q119eutrkn8s1mk4r39qejnbu3n5q'); // draft-koch-openpgp-webkey-service §3.1
  deepEqual(webKeyPlaces({ local: 'Joe.Doe', domain: 'example.org' }), [
    {
      method: 'advanced',
      host: 'openpgpkey.example.org',
      path: '/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
    },
    {
      method: 'direct',
      host: 'example.org',
      path: '/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
    },
  ]);
});

test('an Autocrypt field is a claim of one address and one key', () => {
  const read = parseAutocrypt('addr=A@B.test; prefer-encrypt=mutual; _x=1; keydata=mDME AAEC');
  deepEqual(read && { ...read, key: [...read.key] }, { address: 'a@b.test', key: [152, 51, 4, 0, 1, 2] });
  equal(parseAutocrypt('addr=a@b.test; critical=1; keydata=AAEC'), null);
  equal(parseAutocrypt('addr=nobody; keydata=AAEC'), null);
  equal(parseAutocrypt('keydata=AAEC'), null);
  fc.assert(fc.property(fc.string(), (text) => void parseAutocrypt(text)));
});
