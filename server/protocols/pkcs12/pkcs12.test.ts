import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { runProgram } from '../../../test/support/run-program.ts';
import { deriveKey, passwordOctets } from './derive-key.ts';
import { isPkcs12, Pkcs12Error, readEncryptedKey, readPkcs12 } from './index.ts';
import { workBudget } from './work-budget.ts';

const passphrase = 'Schlüssel of the ward';

suite('files of OpenSSL', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  async function openssl(...parameters: string[]): Promise<void> {
    const { code, output } = await runProgram('openssl', parameters);
    equal(code, 0, output);
  }
  async function written(...options: string[]): Promise<Buffer> {
    const input = ['-inkey', path('key'), '-in', path('crt'), '-certfile', path('other.crt')];
    await openssl('pkcs12', '-export', ...input, '-out', path('p12'), ...options);
    return readFile(path('p12'));
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carepost-p12-'));
    for (const name of ['', 'other.'])
      await openssl(
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Ann'.split(' '),
        '-keyout',
        path(`${name}key`),
        '-out',
        path(`${name}crt`),
      );
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const withPassword = ['-passout', `pass:${passphrase}`];

  for (const options of [
    [],
    ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512', '-iter', '10000'],
    ['-legacy', '-certpbe', 'PBE-SHA1-3DES'],
    ['-legacy', '-certpbe', 'NONE', '-keypbe', 'PBE-SHA1-3DES', '-nomaciter'],
    ['-certpbe', 'NONE', '-keypbe', 'NONE'],
    ['-macalg', 'sha384'],
  ])
    test(`written with ${options.join(' ') || 'its defaults'}`, async () => {
      const file = await written(...options, ...withPassword);
      ok(isPkcs12(file));
      const { certificate, privateKey } = await readPkcs12(file, passphrase);
      ok(certificate.checkPrivateKey(privateKey));
      ok((await readFile(path('crt'), 'utf8')).includes(certificate.toString()));
      await rejects(readPkcs12(file, 'Schlussel of the ward'), { problem: 'wrong-passphrase' });
      await rejects(readPkcs12(file, ''), { problem: 'wrong-passphrase' });
    });

  test('a key alone, encrypted as PKCS #8; one that asks for too much is not begun', async () => {
    const encrypted = async (iterations: string) => {
      const options = [
        '-topk8',
        '-in',
        path('key'),
        '-outform',
        'DER',
        '-out',
        path('p8'),
        '-iter',
        iterations,
      ];
      await openssl('pkcs8', ...options, ...withPassword);
      return readFile(path('p8'));
    };
    const info = await encrypted('10000');
    const { certificate } = await readPkcs12(await written(...withPassword), passphrase);
    ok(certificate.checkPrivateKey(await readEncryptedKey(info, passphrase)));
    await rejects(readEncryptedKey(info, 'another'), { problem: 'wrong-passphrase' });
    for (let end = 0; end < info.length; end += 7)
      await rejects(readEncryptedKey(info.subarray(0, end), passphrase), Pkcs12Error);
    await rejects(readEncryptedKey(await encrypted('2000001'), passphrase), { problem: 'too-much-work' });
  });

  test('without a passphrase', async () => {
    const file = await written('-passout', 'pass:');
    ok((await readPkcs12(file, '')).certificate);
  });

  test('RC2, no MAC, no key, too many iterations: each is said', async () => {
    await rejects(readPkcs12(await written('-legacy', ...withPassword), passphrase), {
      problem: 'unsupported',
    });
    await rejects(readPkcs12(await written('-nomac', ...withPassword), passphrase), {
      problem: 'unsupported',
    });
    await openssl('pkcs12', '-export', '-nokeys', '-in', path('crt'), '-out', path('p12'), ...withPassword);
    await rejects(readPkcs12(await readFile(path('p12')), passphrase), { problem: 'no-pair' });
    const costly = await written('-iter', '2000001', '-nomaciter', ...withPassword);
    await rejects(readPkcs12(costly, passphrase), { problem: 'too-much-work' });
  });

  test('each flip of a bit and each cut is refused, and never thrown as something else', async () => {
    const file = await written('-iter', '1', '-nomaciter', ...withPassword);
    const { certificate } = await readPkcs12(file, passphrase);
    let refused = 0;
    for (let at = 0; at < file.length; at += 1) {
      const copy = Buffer.from(file);
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      // Around the MAC stand parameters that mean nothing: without effect, or refused.
      const read = await readPkcs12(copy, passphrase).catch((failure: unknown) => failure);
      if (read instanceof Pkcs12Error) refused += 1;
      else
        equal(
          (read as Awaited<ReturnType<typeof readPkcs12>>).certificate.toString(),
          certificate.toString(),
        );
    }
    ok(refused > file.length * 0.99, `${refused} of ${file.length}`);
    for (let length = 0; length < file.length; length += 1)
      await rejects(readPkcs12(file.subarray(0, length), passphrase), { problem: 'malformed' });
  });
});

test('anything else is no PKCS #12 file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await rejects(readPkcs12(Buffer.from(bytes), ''), Pkcs12Error);
    }),
  );
});

test('key derivation as other implementations have it', async () => {
  // Bouncy Castle's and OpenSSL's test vectors for the password "smeg" and "queeg".
  const derive = (
    passwordText: string,
    salt: string,
    iterations: number,
    purpose: 'key' | 'iv' | 'mac',
    bytes: number,
  ) =>
    deriveKey(
      { digest: 'sha1', password: passwordOctets(passwordText), salt: Buffer.from(salt, 'hex'), iterations },
      purpose,
      bytes,
    );
  equal(
    (await derive('smeg', '0A58CF64530D823F', 1, 'key', 24)).toString('hex').toUpperCase(),
    '8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3',
  );
  equal(
    (await derive('smeg', '0A58CF64530D823F', 1, 'iv', 8)).toString('hex').toUpperCase(),
    '79993DFE048D3B76',
  );
  equal(
    (await derive('queeg', '05DEC959ACFF72F7', 1000, 'key', 24)).toString('hex').toUpperCase(),
    'ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4',
  );
});

test('work is bounded before it is done', () => {
  const work = workBudget(10);
  work.spend(10);
  const thrown: string[] = [];
  for (const iterations of [1, 0])
    try {
      work.spend(iterations);
    } catch (failure) {
      if (failure instanceof Pkcs12Error) thrown.push(failure.problem);
    }
  deepEqual(thrown, ['too-much-work', 'malformed']);
});
