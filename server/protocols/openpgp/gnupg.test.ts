import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, test } from 'node:test';
import { gnupg } from '../../../test/support/gnupg.ts';
import { createOpenPgp } from './index.ts';
import type { JobOutcome, JobName } from './openpgp-job.ts';

const openpgp = createOpenPgp();
after(() => openpgp.close());

const soon = (): Date => new Date(Date.now() + 5_000);
const content = Buffer.from(
  'Content-Type: text/plain; charset=utf-8\r\n\r\nThe result is normal. Ünïcode \r\n',
);
const limitBytes = 1_000_000;

function answerOf<N extends JobName>(outcome: JobOutcome<N>) {
  if (!outcome.ok) throw new Error(outcome.problem);
  return outcome.answer;
}

const us = async () =>
  answerOf(await openpgp.run('generate', { name: 'Us', address: 'us@clinic.test', at: new Date() }));

for (const algorithm of ['default', 'future-default']) {
  test(`GnuPG ${algorithm}: what one signs and encrypts, the other opens and verifies`, async () => {
    await using gpg = await gnupg();
    await gpg.generate('Peer <Peer@partner.test>', algorithm);
    const exported = await gpg.exportPublic('peer@partner.test');
    const [peer] = answerOf(await openpgp.run('readKeys', { bytes: exported, at: soon() }));
    ok(peer?.facts.canEncrypt && peer.facts.canSign);
    deepEqual(peer.facts.addresses, ['peer@partner.test']);
    equal(peer.facts.algorithm, algorithm === 'default' ? 'RSA 3072' : 'Curve25519');
    const own = await us();
    await gpg.importKey(own.key);

    const sent = answerOf(
      await openpgp.run('encrypt', { content, to: peer.key, signWith: own.secretKey, at: new Date() }),
    );
    const opened = await gpg.run(['--decrypt'], Buffer.from(sent));
    deepEqual(opened.output, content);
    ok(opened.status.includes(`VALIDSIG ${own.facts.fingerprint}`), opened.status);

    const theirs = await gpg.run(
      ['--armor', '--sign', '--encrypt', '--recipient', 'us@clinic.test', '--compress-level', '6'],
      content,
    );
    const back = answerOf(
      await openpgp.run('decrypt', {
        content: theirs.output,
        secretKeys: [own.secretKey],
        signers: [peer.key],
        limitBytes,
        at: soon(),
      }),
    );
    deepEqual(Buffer.from(back.content), content);
    deepEqual(
      back.signatures.map(({ fingerprint, verdict }) => [fingerprint, verdict]),
      [[peer.facts.fingerprint, 'valid']],
    );

    const detached = (await gpg.run(['--armor', '--detach-sign'], content)).output;
    const verify = async (bytes: Uint8Array, signers: Uint8Array[]) =>
      answerOf(await openpgp.run('verify', { content: bytes, signature: detached, signers, at: soon() })).map(
        ({ verdict }) => verdict,
      );
    deepEqual(await verify(content, [peer.key]), ['valid']);
    deepEqual(await verify(Buffer.concat([content, Buffer.from(' ')]), [peer.key]), ['invalid']);
    deepEqual(await verify(content, [own.key]), ['unknown-key']);

    const { signature, micalg } = answerOf(
      await openpgp.run('sign', { content, signWith: own.secretKey, at: new Date() }),
    );
    equal(micalg, 'pgp-sha512');
    const verified = await gpg.run(['--decrypt'], Buffer.from(sent));
    ok(signature.startsWith('-----BEGIN PGP SIGNATURE-----') && verified.code === 0);
  });
}

test('ciphertext without integrity is never opened, nor is a bomb, nor what is for another', async () => {
  await using gpg = await gnupg();
  const own = await us();
  await gpg.importKey(own.key);
  const problemOf = async (args: string[], input: Uint8Array, secretKey = own.secretKey) => {
    const { output } = await gpg.run([...args, '--encrypt', '--recipient', 'us@clinic.test'], input);
    const outcome = await openpgp.run('decrypt', {
      content: output,
      secretKeys: [secretKey],
      signers: [],
      limitBytes,
      at: soon(),
    });
    return outcome.ok ? 'opened' : outcome.problem;
  };
  equal(await problemOf([], content), 'opened');
  equal(await problemOf(['--rfc2440', '--disable-mdc'], content), 'unauthenticated');
  equal(await problemOf(['-z', '9'], Buffer.alloc(80_000_000)), 'too-large');
  equal(await problemOf(['-z', '0'], Buffer.alloc(limitBytes + 1)), 'too-large');
  equal(await problemOf([], content, (await us()).secretKey), 'no-key');
});

test('a changed byte anywhere in the ciphertext opens nothing', async () => {
  const own = await us();
  const armored = answerOf(
    await openpgp.run('encrypt', { content, to: own.key, signWith: null, at: new Date() }),
  );
  const binary = Buffer.from(
    armored
      .split('\n\n')[1]
      ?.split('\n=')[0]
      ?.replaceAll(/\s|-----.*/g, '') ?? '',
    'base64',
  );
  ok(binary.length > 200);
  for (let at = 0; at < binary.length; at += 7) {
    const changed = Buffer.from(binary);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const outcome = await openpgp.run('decrypt', {
      content: changed,
      secretKeys: [own.secretKey],
      signers: [],
      limitBytes,
      at: soon(),
    });
    // The key ID in the first packet is not authenticated: the key is tried all the same.
    if (outcome.ok) deepEqual(Buffer.from(outcome.answer.content), content);
    else ok(['unreadable', 'unauthenticated', 'no-key'].includes(outcome.problem), outcome.problem);
  }
});

test('an expired and a revoked key are seen as what they are', async () => {
  await using gpg = await gnupg();
  await gpg.generate('Short <short@partner.test>', 'future-default', 'seconds=86400');
  const [fresh] = answerOf(
    await openpgp.run('readKeys', { bytes: await gpg.exportPublic('short@partner.test'), at: soon() }),
  );
  ok(fresh?.facts.expiresAt && fresh.facts.canEncrypt && !fresh.facts.revoked);
  const later = new Date(Date.now() + 2 * 86_400_000);
  const [expired] = answerOf(await openpgp.run('readKeys', { bytes: fresh.key, at: later }));
  ok(expired && !expired.facts.canEncrypt);
  const refused = await openpgp.run('encrypt', { content, to: fresh.key, signWith: null, at: later });
  deepEqual(refused, { ok: false, problem: 'key-unusable' });
  deepEqual(await openpgp.run('readKeys', { bytes: Buffer.from('no key'), at: later }), {
    ok: false,
    problem: 'unreadable',
  });
});
