import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import { algorithm, bitString, context, element, nullValue, octetString, sequence, type Der } from './der.ts';
import { digestOids } from './digests.ts';
import { Element } from './element.ts';
import { readTransportedKey } from './key-transport.ts';
import { oids } from './oids.ts';
import { keyFits, verifyWith, type SignatureAlgorithm } from './signature-algorithm.ts';

interface Vector {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly ct: string;
  readonly label: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}
interface Group {
  readonly publicKeyPem?: string;
  readonly publicKeyDer?: string;
  readonly keyDer?: string;
  readonly publicKeyAsn?: string;
  readonly privateKeyPkcs8: string;
  readonly tests: readonly Vector[];
}

function groupsOf(name: string): Group[] {
  const read: unknown = JSON.parse(testdataFile(`wycheproof/${name}_test.json`).toString());
  return (read as { testGroups: Group[] }).testGroups;
}

const hex = (text: string) => Buffer.from(text, 'hex');

function publicKeyOf({ publicKeyPem, publicKeyDer, keyDer, publicKeyAsn }: Group) {
  if (publicKeyPem !== undefined) return createPublicKey(publicKeyPem);
  const der = publicKeyDer ?? keyDer;
  if (der !== undefined) return createPublicKey({ key: hex(der), format: 'der', type: 'spki' });
  const spki = sequence(algorithm(oids.rsaEncryption, nullValue), bitString(hex(publicKeyAsn ?? '')));
  return createPublicKey({ key: Buffer.concat(spki), format: 'der', type: 'spki' });
}

describe('Wycheproof', { skip: withoutTestdata }, () => {
  const signatures: readonly (readonly [string, SignatureAlgorithm, number])[] = [
    ['rsa_signature_2048_sha256', { scheme: 'rsa-pkcs1', digest: 'sha256', saltLength: 0 }, 259],
    ['rsa_pss_2048_sha256_mgf1_32', { scheme: 'rsa-pss', digest: 'sha256', saltLength: 32 }, 108],
    ['ecdsa_secp256r1_sha256', { scheme: 'ecdsa', digest: 'sha256', saltLength: 0 }, 484],
    ['ed25519', { scheme: 'ed25519', digest: 'sha512', saltLength: 0 }, 151],
  ];
  for (const [name, by, total] of signatures)
    test(`signatures: ${name}`, async () => {
      let seen = 0;
      for (const group of groupsOf(name)) {
        const key = publicKeyOf(group);
        equal(keyFits(key, by.scheme), 'yes');
        for (const { tcId, msg, sig, result } of group.tests) {
          seen += 1;
          const holds = await verifyWith(by, key, hex(msg), hex(sig));
          if (result !== 'acceptable') equal(holds, result === 'valid', `${name} ${tcId}`);
        }
      }
      equal(seen, total);
    });

  test('RSA-OAEP with labels', () => {
    const digest = algorithm(digestOids.sha256, nullValue);
    const identifier = (label: Buffer) => {
      const parameters: Der = sequence(
        element(context(0, 'constructed'), digest),
        element(context(1, 'constructed'), algorithm(oids.mgf1, digest)),
        element(context(2, 'constructed'), algorithm(oids.pSpecified, octetString([label]))),
      );
      return Element.read(Buffer.concat(algorithm(oids.rsaesOaep, parameters)));
    };
    let seen = 0;
    for (const group of groupsOf('rsa_oaep_2048_sha256_mgf1sha256')) {
      const privateKey = createPrivateKey({ key: hex(group.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
      for (const { tcId, msg, ct, label, result } of group.tests) {
        seen += 1;
        const open = () => readTransportedKey(identifier(hex(label)), hex(ct))(privateKey);
        if (result === 'valid') deepEqual(open(), hex(msg), String(tcId));
        else throws(open, String(tcId));
      }
    }
    ok(seen === 37);
  });
});
