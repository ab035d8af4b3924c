import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { hashLeaf } from './merkle-hash.ts';
import { decodeVerifierKey, encodeVerifierKey, generateNoteSigner, noteSigner } from './note-key.ts';
import { openNote, signNote } from './signed-note.ts';

// The example of the specification and of Go's golang.org/x/mod/sumdb/note, whose private key is public.
const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const text =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
const signer = noteSigner(
  'PeterNeumann',
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  }),
);

describe('signed notes (C2SP signed-note)', () => {
  it('sign and open the published example', () => {
    assert.equal(encodeVerifierKey(signer), vkey);
    assert.equal(signNote(text, signer), note);
    const verifier = decodeVerifierKey(vkey);
    assert.ok(verifier);
    assert.equal(openNote(note, verifier), text);
  });

  it('pass over signatures of other keys, and need one of ours', () => {
    const other = generateNoteSigner('example.test/log');
    const both = `${note}${signNote(text, other).slice(text.length + 1)}`;
    assert.equal(openNote(both, signer), text);
    assert.equal(openNote(both, other), text);
    assert.equal(openNote(note, other), undefined);
  });

  it('fail at any changed byte', () => {
    const bytes = Buffer.from(note);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ difference;
        assert.equal(openNote(changed.toString('utf8'), signer), undefined);
      }),
    );
  });

  it('refuse what is not a note', () => {
    for (const bad of [
      '',
      '\n',
      '\n\n',
      text,
      `${text}\n`,
      note.slice(0, -1),
      `${note}\n`,
      `${note}— PeterNeumann\n`,
      note.replace('\n', '\r\n'),
    ]) {
      assert.equal(openNote(bad, signer), undefined);
    }
    assert.throws(() => signNote('no newline', signer), RangeError);
    assert.throws(() => signNote('tab\t\n', signer), RangeError);
  });

  it('refuse keys whose name, hash or type is wrong', () => {
    for (const bad of [
      '',
      'name',
      vkey.replace('c74f20a3', 'c74f20a4'),
      vkey.replace('Peter', 'Pete'),
      vkey.replace('+ARpc', '+AhpcA'),
      `${vkey}=`,
    ]) {
      assert.equal(decodeVerifierKey(bad), undefined);
    }
    assert.throws(() => generateNoteSigner('with space'), RangeError);
    assert.throws(() => generateNoteSigner('with+plus'), RangeError);
  });
});

describe('checkpoints (C2SP tlog-checkpoint)', () => {
  const origin = 'example.test/log';
  const key = generateNoteSigner(origin);
  const root = hashLeaf(Buffer.from('entry'));

  it('come back as they were signed', () => {
    const signed = signCheckpoint({ origin, size: 1, root }, key);
    assert.ok(signed.startsWith(`${origin}\n1\n${root.toString('base64')}\n\n— ${origin} `));
    assert.deepEqual(openCheckpoint(signed, origin, key), { origin, size: 1, root });
  });

  it('may carry extension lines', () => {
    const signed = signNote(`${origin}\n1\n${root.toString('base64')}\nmore\n`, key);
    assert.equal(openCheckpoint(signed, origin, key)?.size, 1);
  });

  it('are refused for another log, a malformed size or root', () => {
    assert.equal(
      openCheckpoint(signCheckpoint({ origin, size: 1, root }, key), 'example.test/other', key),
      undefined,
    );
    for (const [size, encoded] of [
      ['01', root.toString('base64')],
      ['-1', root.toString('base64')],
      ['1', 'AAAA'],
      ['9007199254740993', root.toString('base64')],
    ]) {
      assert.equal(openCheckpoint(signNote(`${origin}\n${size}\n${encoded}\n`, key), origin, key), undefined);
    }
  });
});
