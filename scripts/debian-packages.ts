import { execFile } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian package → a file that is there when it is installed, as a pattern. */
const needed = {
  chromium: '/usr/bin/chromium',
  postfix: '/usr/sbin/postfix',
  'dovecot-imapd': '/usr/sbin/dovecot',
  'clamav-daemon': '/usr/sbin/clamd',
  swaks: '/usr/bin/swaks',
  'libnet-ssleay-perl': '/usr/lib/*/perl5/*/Net/SSLeay.pm', // swaks does TLS with it
  openssl: '/usr/bin/openssl',
  curl: '/usr/bin/curl',
  gpgsm: '/usr/bin/gpgsm',
  'gpg-agent': '/usr/bin/gpg-agent',
  gnupg: '/usr/bin/gpg',
  opendkim: '/usr/sbin/opendkim',
  'opendkim-tools': '/usr/sbin/opendkim-genkey',
  opendmarc: '/usr/sbin/opendmarc',
  rspamd: '/usr/bin/rspamd', // verifies Ed25519 too
  'python3-dkim': '/usr/bin/arcverify', // verifies what we seal
  iproute2: '/bin/ip',
  'util-linux': '/usr/bin/unshare',
  knot: '/usr/sbin/knotd',
  unbound: '/usr/sbin/unbound',
  // what Exim and OpenSMTPD need; they themselves are unpacked beside Postfix, which excludes them
  'libevent-2.1-7': '/usr/lib/*/libevent-2.1.so.7',
  'libgnutls-dane0': '/usr/lib/*/libgnutls-dane.so.0',
  libidn12: '/usr/lib/*/libidn.so.12',
  libnsl2: '/usr/lib/*/libnsl.so.2',
  'libdb5.3': '/usr/lib/*/libdb-5.3.so',
  procps: '/usr/bin/pkill',
  postgresql: '/usr/lib/postgresql/*/bin/postgres',
} as const;

async function missingPackages(): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(needed).map(async ([name, pattern]) => {
      const [file] = await Array.fromAsync(glob(pattern));
      return file === undefined ? name : undefined;
    }),
  );
  return found.filter((name) => name !== undefined);
}

/** Installs what the tests need, when we are root on a system with apt; otherwise says what to install and throws. */
export async function installDebianPackages(): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0)
    throw new Error(`The tests need Debian packages that are not here. Run as root: ${command}`);
  console.log(command);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-q'], { env: environment });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], {
      env: environment,
      maxBuffer: 1 << 26,
    });
  } catch (cause) {
    throw new Error(`Debian packages could not be installed. Run as root: ${command}`, { cause });
  }
  const still = await missingPackages();
  if (still.length > 0) throw new Error(`Still missing after installation: ${still.join(', ')}`);
}
