import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Identity } from '#protocols/cms/index.ts';
import { filterThrough, type Filtered } from './filter-through.ts';

/** GnuPG's S/MIME half with a home of its own. */
export interface GnupgSmime extends AsyncDisposable {
  readonly run: (parameters: readonly string[], input: Buffer) => Promise<Filtered>;
  /** A certificate with its key, which goes to the agent's folder: gpgsm 2.2 cannot import EC keys. */
  readonly add: (identity: Identity, address: string) => Promise<void>;
}

export async function startGnupgSmime(authority: Certificate): Promise<GnupgSmime> {
  const home = await mkdtemp(join(tmpdir(), 'gpgsm-'));
  await mkdir(join(home, 'private-keys-v1.d'), { mode: 0o700 });
  await writeFile(join(home, 'gpgsm.conf'), 'disable-crl-checks\ndisable-dirmngr\nno-secmem-warning\n');
  await writeFile(join(home, 'trustlist.txt'), `${authority.x509.fingerprint} S relax\n`);
  const env = { ...process.env, GNUPGHOME: home };
  const run = (parameters: readonly string[], input: Buffer) =>
    filterThrough('gpgsm', ['--batch', ...parameters], input, env);
  await run(['--import'], Buffer.from(authority.x509.toString()));
  return {
    run,
    async add({ certificate, privateKey }, address) {
      await run(['--import'], Buffer.from(certificate.x509.toString()));
      const listed = await run(['--with-colons', '--with-keygrip', '-k', `<${address}>`], Buffer.alloc(0));
      const [, grip] = /^grp:+([0-9A-F]{40})/m.exec(listed.output.toString()) ?? [];
      if (grip === undefined) throw new Error(`gpgsm did not take the certificate: ${listed.complaints}`);
      await writeFile(join(home, 'private-keys-v1.d', `${grip}.key`), asExpression(privateKey), {
        mode: 0o600,
      });
    },
    async [Symbol.asyncDispose]() {
      await filterThrough('gpgconf', ['--kill', 'all'], Buffer.alloc(0), env);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The canonical S-expression in which the agent keeps a key. */
function asExpression(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const value = (text = '') => {
    const bytes = Buffer.from(text, 'base64url');
    return atom((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
  };
  if (jwk.kty === 'RSA') {
    // libgcrypt wants p < q with the inverse of p: the two change places.
    const numbers = { n: jwk.n, e: jwk.e, d: jwk.d, p: jwk.q, q: jwk.p, u: jwk.qi };
    return list(
      'private-key',
      list('rsa', ...Object.entries(numbers).map(([name, text]) => list(name, value(text)))),
    );
  }
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(jwk.x ?? '', 'base64url'),
    Buffer.from(jwk.y ?? '', 'base64url'),
  ]);
  const curve = jwk.crv === 'P-256' ? 'NIST P-256' : 'NIST P-384';
  return list(
    'private-key',
    list('ecc', list('curve', curve), list('q', atom(point)), list('d', value(jwk.d))),
  );
}

function atom(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]);
}

function list(...members: readonly (string | Buffer)[]): Buffer {
  const encoded = members.map((each) => (typeof each === 'string' ? atom(Buffer.from(each)) : each));
  return Buffer.concat([Buffer.from('('), ...encoded, Buffer.from(')')]);
}
