import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { constants, privateDecrypt, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { mailAuthority } from '../../../test/support/mail-certificates.ts';
import { readBer, type BerNode } from './ber.ts';
import { readCertificate } from './certificate.ts';
import { element } from './der.ts';
import {
  CmsError,
  decryptContent,
  encryptContent,
  recipientsOf,
  signContent,
  verifyContent,
} from './index.ts';

const authority = await mailAuthority();
const rsa = await authority.issue('ann@clinic.test', { key: 'rsa' });
const p256 = await authority.issue('ann@clinic.test', { key: 'p256' });
const x25519 = await authority.issue('ann@clinic.test', { key: 'x25519' });
const content = Buffer.from('Content-Type: text/plain\r\n\r\nThe potassium is 4.1 mmol/l.\r\n');
const signingTime = new Date('2026-11-02T10:00:00Z');
const signed = async (detached: boolean) =>
  (await signContent(content, { signers: [p256], detached, signingTime })).cms;

/** Each byte with one of its bits turned over. */
function* flipped(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
    yield copy;
  }
}

/** The same in BER: indefinite lengths, and long octet strings of context tag 0 in pieces. */
function asBer(bytes: Buffer, node: BerNode, pieceLength: number): Buffer {
  const inner = bytes.subarray(node.contentStart, node.contentEnd);
  if (node.tag === 0x80 && inner.length > 20) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < inner.length; at += pieceLength)
      pieces.push(...element(0x04, [inner.subarray(at, at + pieceLength)]));
    return Buffer.concat([Buffer.from([0xa0, 0x80]), ...pieces, Buffer.alloc(2)]);
  }
  if ((node.tag & 0x20) === 0) return bytes.subarray(node.start, node.end);
  const members = node.children.map((child) => asBer(bytes, child, pieceLength));
  return Buffer.concat([Buffer.from([node.tag, 0x80]), ...members, Buffer.alloc(2)]);
}

describe('Encrypted', () => {
  for (const identity of [p256, x25519])
    test(`each flip of a bit fails or changes nothing: ${identity.privateKey.asymmetricKeyType}`, async () => {
      const cms = await encryptContent(content, { recipients: [identity.certificate] });
      let refused = 0;
      for (const copy of flipped(cms)) {
        const result = await decryptContent(copy, [identity]);
        if (result.ok) deepEqual([result.content, result.authenticated], [content, true]);
        else refused += 1;
      }
      ok(refused > cms.length * 0.95, `${refused} of ${cms.length}`);
    });

  test('flips in what nothing protects are never taken for authenticated', async () => {
    const cms = await encryptContent(content, { recipients: [p256.certificate], cipher: 'aes-128-cbc' });
    let changed = 0;
    for (const copy of flipped(cms)) {
      const result = await decryptContent(copy, [p256]);
      equal(result.ok && result.authenticated, false);
      if (result.ok && !result.content.equals(content)) changed += 1;
    }
    ok(changed > 0, 'that is why it is said');
  });

  test('each cut fails', async () => {
    const cms = await encryptContent(content, { recipients: [p256.certificate] });
    for (let length = 0; length < cms.length; length += 1)
      deepEqual(await decryptContent(cms.subarray(0, length), [p256]), { ok: false, code: 'cannot-decrypt' });
  });

  test('somebody else’s key opens nothing', async () => {
    const other = await authority.issue('bob@clinic.test');
    const cms = await encryptContent(content, { recipients: [p256.certificate] });
    deepEqual(await decryptContent(cms, [other]), { ok: false, code: 'cannot-decrypt' });
    deepEqual(await decryptContent(cms, [{ ...other, certificate: p256.certificate }]), {
      ok: false,
      code: 'cannot-decrypt',
    });
  });

  test('indefinite lengths and pieces of any size are read', async () => {
    for (const cipher of ['aes-256-gcm', 'aes-256-cbc'] as const) {
      const cms = await encryptContent(content, { recipients: [rsa.certificate], cipher });
      const node = readBer(cms);
      ok(node);
      for (const size of [1, 7, 4096]) {
        const result = await decryptContent(asBer(cms, node, size), [rsa]);
        ok(result.ok);
        deepEqual(result.content, content);
      }
    }
  });

  test('all recipients can open it, and are named', async () => {
    const cms = await encryptContent(content, {
      recipients: [rsa, p256, x25519].map(({ certificate }) => certificate),
    });
    equal(recipientsOf(cms)?.length, 3);
    for (const identity of [rsa, p256, x25519]) ok((await decryptContent(cms, [identity])).ok);
  });

  test('keys that nothing can be encrypted to are refused', async () => {
    const short = await authority.issue('ann@clinic.test', { key: 'rsa', rsaBits: 1024 });
    const signer = await authority.issue('ann@clinic.test', { key: 'ed25519' });
    for (const { certificate } of [short, signer])
      await rejects(encryptContent(content, { recipients: [certificate] }), { code: 'cannot-encrypt' });
    await rejects(encryptContent(content, { recipients: [] }), { code: 'cannot-encrypt' });
  });
});

describe('RSA PKCS #1 v1.5 is no oracle', () => {
  const modulusBytes = 256;
  const cmsWith = async (encryptedKey: Buffer) => {
    const cms = await encryptContent(content, { recipients: [rsa.certificate], rsaTransport: 'pkcs1' });
    const at = cms.indexOf(Buffer.from([0x04, 0x82, 0x01, 0x00])) + 4;
    return Buffer.concat([cms.subarray(0, at), encryptedKey, cms.subarray(at + modulusBytes)]);
  };
  const raw = (block: Buffer) =>
    publicEncrypt({ key: rsa.certificate.publicKey, padding: constants.RSA_NO_PADDING }, block);

  test('OpenSSL answers a wrong padding with a key, always the same one', () => {
    const wrong = raw(Buffer.concat([Buffer.from([0, 1]), randomBytes(modulusBytes - 2)]));
    const open = () => privateDecrypt({ key: rsa.privateKey, padding: constants.RSA_PKCS1_PADDING }, wrong);
    deepEqual(open(), open());
  });

  test('wrong padding, wrong length and a wrong key fail alike', async () => {
    const random = (length: number) => Buffer.alloc(length, 0).map(() => 1 + Math.floor(Math.random() * 255));
    const padded = (key: Buffer) =>
      Buffer.concat([Buffer.from([0, 2]), random(modulusBytes - 3 - key.length), Buffer.from([0]), key]);
    const blocks = {
      'no padding': Buffer.concat([Buffer.from([0, 1]), randomBytes(modulusBytes - 2)]),
      'no zero': Buffer.concat([Buffer.from([0, 2]), random(modulusBytes - 2)]),
      'a short key': padded(randomBytes(16)),
      'no key': padded(Buffer.alloc(0)),
      'another key': padded(randomBytes(32)),
    };
    for (const [name, block] of Object.entries(blocks)) {
      const result = await decryptContent(await cmsWith(raw(block)), [rsa]);
      deepEqual(result, { ok: false, code: 'cannot-decrypt' }, name);
    }
    const tooLarge = Buffer.alloc(modulusBytes, 0xff);
    deepEqual(await decryptContent(await cmsWith(tooLarge), [rsa]), { ok: false, code: 'cannot-decrypt' });
  });
});

describe('Signed', () => {
  for (const detached of [true, false])
    test(`each flip of a bit is seen, ${detached ? 'detached' : 'opaque'}`, async () => {
      const cms = await signed(detached);
      let refused = 0;
      for (const copy of flipped(cms)) {
        try {
          const { content: read, signatures } = await verifyContent(copy, detached ? content : null);
          const [only] = signatures;
          if (only?.state !== 'intact') refused += 1;
          else {
            deepEqual(read, content);
            // What stands around the key in the certificate is for its issuer's signature to protect.
            deepEqual(only.certificate?.keyBits, p256.certificate.keyBits);
            deepEqual(only.signingTime, signingTime);
          }
        } catch (failure) {
          ok(failure instanceof CmsError, String(failure));
          refused += 1;
        }
      }
      ok(refused > cms.length * 0.4, `${refused} of ${cms.length}`); // the rest is the certificate
    });

  test('a certificate whose key is a point in hybrid form is none', () => {
    const { der, keyBits } = p256.certificate;
    const hybrid = Buffer.from(der);
    // RFC 5480 §2.2; SEC 1 §2.3.3: 6 or 7 by the last bit of y
    hybrid[der.indexOf(keyBits)] = 6 + ((keyBits.at(-1) ?? 0) & 1);
    ok(new X509Certificate(hybrid).publicKey); // OpenSSL would take it
    equal(readCertificate(hybrid), null);
  });

  test('each cut is refused', async () => {
    const cms = await signed(false);
    for (let length = 0; length < cms.length; length += 1)
      await rejects(verifyContent(cms.subarray(0, length), null), CmsError);
  });

  test('each flip of a bit of detached content is seen', async () => {
    const cms = await signed(true);
    for (const copy of flipped(content)) {
      const { signatures } = await verifyContent(cms, copy);
      equal(signatures[0]?.state, 'broken');
    }
  });

  test('content in both places, or in none, is refused', async () => {
    await rejects(verifyContent(await signed(false), content), { code: 'malformed' });
    await rejects(verifyContent(await signed(true), null), { code: 'malformed' });
  });

  test('several signers, each for himself', async () => {
    const bob = await authority.issue('bob@clinic.test', { key: 'ed25519' });
    const { cms } = await signContent(content, { signers: [p256, bob, rsa], detached: true, signingTime });
    const { signatures } = await verifyContent(cms, content);
    deepEqual(
      signatures.map(({ state }) => state),
      ['intact', 'intact', 'intact'],
    );
    equal(new Set(signatures.map(({ certificate }) => certificate?.fingerprint)).size, 3);
  });

  test('signed attributes cannot pass for content', async () => {
    // What was signed are the attributes: shown as content without attributes, the signature would hold.
    const cms = await signed(true);
    const node = readBer(cms);
    const info = node?.children[1]?.children[0]?.children.at(-1)?.children[0];
    const attributes = info?.children.find(({ tag }) => tag === 0xa0);
    ok(info && attributes);
    const asContent = Buffer.from(cms.subarray(attributes.start, attributes.end));
    asContent[0] = 0x31;
    const parts = info.children
      .filter((child) => child !== attributes)
      .map((child) => [cms.subarray(child.start, child.end)]);
    const body = node?.children[1]?.children[0];
    ok(body);
    const others = body.children.slice(0, -1).map((child) => [cms.subarray(child.start, child.end)]);
    const forged = element(
      0x30,
      [cms.subarray(node?.children[0]?.start, node?.children[0]?.end)],
      element(0xa0, element(0x30, ...others, element(0x31, element(0x30, ...parts)))),
    );
    const { signatures } = await verifyContent(Buffer.concat(forged), asContent);
    equal(signatures[0]?.state, 'broken');
  });
});
