// Each algorithm of S/MIME with OpenSSL and GnuPG, in both directions.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  decryptContent,
  encryptContent,
  signContent,
  verifyContent,
  type Identity,
} from '#protocols/cms/index.ts';
import { encryptEntity, openMessage, signEntity } from '#protocols/smime/index.ts';
import { filterThrough } from '../support/filter-through.ts';
import { startGnupgSmime, type GnupgSmime } from '../support/gnupg-smime.ts';
import { mailAuthority } from '../support/mail-certificates.ts';

const authority = await mailAuthority();
const identities = {
  rsa: await authority.issue('rsa@clinic.test', { key: 'rsa' }),
  p256: await authority.issue('p256@clinic.test', { key: 'p256' }),
  p384: await authority.issue('p384@clinic.test', { key: 'p384' }),
};
type Name = keyof typeof identities;
const names: readonly Name[] = ['rsa', 'p256', 'p384'];
const content = Buffer.from('Content-Type: text/plain\r\n\r\nThe potassium is 4.1 mmol/l.\r\n');
const none: Buffer = Buffer.alloc(0);

async function opened(cms: Buffer, identity: Identity) {
  const result = await decryptContent(cms, [identity]);
  assert.ok(result.ok, 'it does not open');
  assert.deepEqual(result.content, content);
  return result;
}

suite('OpenSSL', { concurrency: 1 }, () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carepost-smime-'));
    await writeFile(path('ca.pem'), authority.certificate.x509.toString());
    await writeFile(path('content'), content);
    for (const name of names) {
      const { certificate, privateKey } = identities[name];
      await writeFile(path(`${name}.pem`), certificate.x509.toString());
      await writeFile(path(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function openssl(parameters: readonly string[], input = none): Promise<Buffer> {
    const { code, output, complaints } = await filterThrough('openssl', parameters, input);
    assert.equal(code, 0, complaints);
    return output;
  }
  const keyOf = (name: Name) => ['-recip', path(`${name}.pem`), '-inkey', path(`${name}.key`)];

  for (const name of names)
    for (const cipher of ['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-128-cbc'] as const)
      test(`opens what we encrypt to ${name} with ${cipher}`, async () => {
        const { certificate } = identities[name];
        const cms = await encryptContent(content, { recipients: [certificate], cipher });
        const output = await openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', ...keyOf(name)], cms);
        assert.deepEqual(output, content);
      });

  const written: readonly (readonly [Name, ...string[]])[] = [
    ...names.flatMap((name) => [
      [name, '-aes-256-gcm'] as const,
      [name, '-aes-128-gcm', '-stream'] as const,
      [name, '-aes256'] as const,
      [name, '-aes192', '-keyid'] as const,
      [name, '-aes128', '-stream', '-indef'] as const,
    ]),
    ['rsa', '-des3'],
    ['rsa', '-aes256', '-keyopt', 'rsa_padding_mode:oaep'],
    ['rsa', '-aes256', '-keyopt', 'rsa_padding_mode:oaep', '-keyopt', 'rsa_oaep_md:sha256'],
    ['p256', '-aes128', '-keyopt', 'ecdh_kdf_md:sha256'],
    ['p384', '-aes256', '-keyopt', 'ecdh_kdf_md:sha384'],
    ['p384', '-aes256', '-keyopt', 'ecdh_kdf_md:sha512'],
  ];
  for (const [name, ...options] of written)
    test(`encrypts to ${name} by ${options.join(' ')}, and we open it`, async () => {
      const at = options.includes('-keyopt') ? options.indexOf('-keyopt') : options.length;
      const parameters = [...options.slice(0, at), '-recip', path(`${name}.pem`), ...options.slice(at)];
      const cms = await openssl(['cms', '-encrypt', '-binary', '-outform', 'DER', ...parameters], content);
      const { authenticated } = await opened(cms, identities[name]);
      assert.equal(authenticated, options[0]?.endsWith('gcm'));
    });

  for (const [name, rsaPadding] of [
    ...names.map((each) => [each, 'pkcs1'] as const),
    ['rsa', 'pss'] as const,
  ])
    for (const detached of [true, false])
      test(`verifies what we sign by ${name} ${rsaPadding}, ${detached ? 'detached' : 'opaque'}`, async () => {
        const signers = [identities[name]];
        const { cms } = await signContent(content, {
          signers,
          detached,
          signingTime: new Date(),
          rsaPadding,
        });
        const where = detached ? ['-content', path('content')] : [];
        const output = await openssl(
          ['cms', '-verify', '-binary', '-inform', 'DER', '-CAfile', path('ca.pem'), ...where],
          cms,
        );
        assert.deepEqual(output, content);
      });

  for (const name of names)
    for (const options of [
      [],
      ['-nodetach'],
      ['-nodetach', '-stream', '-indef'],
      ['-noattr'],
      ['-keyid'],
      ['-md', 'sha512'],
      ['-md', 'sha1'],
    ])
      test(`signs by ${name} ${options.join(' ')}, and we verify it`, async () => {
        const by = ['-signer', path(`${name}.pem`), '-inkey', path(`${name}.key`)];
        const cms = await openssl(['cms', '-sign', '-binary', '-outform', 'DER', ...options, ...by], content);
        const verified = await verifyContent(cms, options.includes('-nodetach') ? null : content);
        assert.deepEqual(verified.content, content);
        assert.deepEqual(
          verified.signatures.map(({ state }) => state),
          [options.includes('sha1') ? 'weak' : 'intact'],
        );
      });

  test('signs by RSASSA-PSS, and we verify it', async () => {
    const by = ['-signer', path('rsa.pem'), '-inkey', path('rsa.key'), '-keyopt', 'rsa_padding_mode:pss'];
    const cms = await openssl(['cms', '-sign', '-binary', '-outform', 'DER', ...by], content);
    const { signatures } = await verifyContent(cms, content);
    assert.equal(signatures[0]?.state, 'intact');
  });

  test('smime reads our messages and we read its', async () => {
    const signed = await signEntity(content, {
      signers: [identities.rsa],
      form: 'detached',
      signingTime: new Date(),
    });
    const message = Buffer.concat([Buffer.from('From: rsa@clinic.test\r\nMIME-Version: 1.0\r\n'), signed]);
    const verified = await openssl(['smime', '-verify', '-CAfile', path('ca.pem')], message);
    assert.deepEqual(verified, content);
    // Its smime command knows PKCS #1 v1.5 and CBC alone.
    const encrypted = await encryptEntity(signed, {
      recipients: [identities.rsa.certificate],
      cipher: 'aes-256-cbc',
      rsaTransport: 'pkcs1',
    });
    assert.deepEqual(await openssl(['smime', '-decrypt', ...keyOf('rsa')], encrypted), signed);

    const by = ['-signer', path('rsa.pem'), '-inkey', path('rsa.key')];
    const theirs = await openssl(['smime', '-sign', '-crlfeol', ...by], content);
    const sealed = await openssl(
      ['smime', '-encrypt', '-aes256', '-crlfeol', '-from', 'rsa@clinic.test', path('rsa.pem')],
      theirs,
    );
    const read = await openMessage(sealed, {
      anchors: [authority.certificate],
      identities: [identities.rsa],
      receivedAt: new Date(),
    });
    assert.deepEqual([read.state, read.signature, read.encryption], ['opened', 'valid', 'authenticated']);
    assert.match(read.headers?.message.toString() ?? '', /potassium/);
  });
});

suite('GnuPG', { concurrency: 1 }, () => {
  let gnupg: GnupgSmime;
  before(async () => {
    gnupg = await startGnupgSmime(authority.certificate);
    for (const name of names) await gnupg.add(identities[name], `${name}@clinic.test`);
  });
  after(() => gnupg[Symbol.asyncDispose]());

  async function gpgsm(parameters: readonly string[], input: Buffer): Promise<Buffer> {
    const { code, output, complaints } = await gnupg.run(parameters, input);
    assert.equal(code, 0, complaints);
    return output;
  }

  // Version 2.2 has neither OAEP nor GCM, and its ECDH opens not even what OpenSSL writes.
  for (const cipher of ['aes-256-cbc', 'aes-128-cbc'] as const)
    test(`opens what we encrypt with ${cipher}`, async () => {
      const recipients = [identities.rsa.certificate];
      const cms = await encryptContent(content, { recipients, cipher, rsaTransport: 'pkcs1' });
      assert.deepEqual(await gpgsm(['--decrypt'], cms), content);
    });

  for (const cipher of ['AES256', 'AES192', 'AES', '3DES'])
    test(`encrypts with ${cipher}, and we open it`, async () => {
      const cms = await gpgsm(['--encrypt', '--cipher-algo', cipher, '-r', '<rsa@clinic.test>'], content);
      await opened(cms, identities.rsa);
    });

  for (const [name, rsaPadding] of [
    ...names.map((each) => [each, 'pkcs1'] as const),
    ['rsa', 'pss'] as const,
  ])
    test(`verifies what we sign by ${name} ${rsaPadding}`, async () => {
      const signers = [identities[name]];
      const { cms } = await signContent(content, {
        signers,
        detached: false,
        signingTime: new Date(),
        rsaPadding,
      });
      await gpgsm(['--verify'], cms);
      const broken = Buffer.from(cms);
      const at = broken.indexOf('potassium');
      broken[at] = 0x50;
      assert.notEqual((await gnupg.run(['--verify'], broken)).code, 0);
    });

  for (const [name, digest] of [
    ['rsa', 'SHA256'],
    ['p256', 'SHA256'],
    ['p384', 'SHA384'],
  ] as const)
    test(`signs by ${name}, and we verify it`, async () => {
      const cms = await gpgsm(['--sign', '--digest-algo', digest, '-u', `<${name}@clinic.test>`], content);
      const verified = await verifyContent(cms, null);
      assert.deepEqual(verified.content, content);
      assert.equal(verified.signatures[0]?.state, 'intact');
    });
});
