import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostfixOptions {
  /** Where smtpd listens. */
  readonly address: string;
  readonly port: number;
  /** Lines of main.cf beyond what makes an instance of its own. */
  readonly settings: Readonly<Record<string, string>>;
  /** More files of its configuration folder, readable to nobody else. */
  readonly files?: Readonly<Record<string, string>>;
  /** More services of master.cf, whole lines. */
  readonly services?: readonly string[];
}

export interface Postfix extends AsyncDisposable {
  readonly folder: string;
  log(): Promise<string>;
  /** Runs one of its commands (postqueue, postsuper, sendmail …) on this instance. */
  command(name: string, ...parameters: string[]): Promise<string>;
}

/** The services that every instance has; from Debian's master.cf, without chroot. */
const services = [
  'pickup unix n - n 60 1 pickup',
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'verify unix - - n - 1 verify',
  'flush unix n - n 1000? 0 flush',
  'proxymap unix - - n - - proxymap',
  'smtp unix - - n - - smtp',
  'relay unix - - n - - smtp',
  'showq unix n - n - - showq',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'discard unix - - n - - discard',
  'local unix - n n - - local',
  'virtual unix - n n - - virtual',
  'lmtp unix - - n - - lmtp',
  'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache',
  'postlog unix-dgram n - n - 1 postlogd',
];

/** True where a Postfix of one's own can be started: it needs root. */
export function canRunPostfix(): boolean {
  return userInfo().uid === 0;
}

/** Starts Debian's Postfix as an instance of its own on loopback. Needs root. */
export async function startPostfix({
  address,
  port,
  settings,
  services: more = [],
  files = {},
}: PostfixOptions): Promise<Postfix> {
  const folder = await mkdtemp(join(tmpdir(), 'postfix-'));
  await chmod(folder, 0o755);
  const at = (...parts: string[]) => join(folder, ...parts);
  const { uid, gid } = await postfixUser();
  for (const name of ['etc', 'queue', 'data']) await mkdir(at(name), { mode: 0o755 });
  await chown(at('data'), uid, gid);
  const main = {
    compatibility_level: '3.6',
    queue_directory: at('queue'),
    data_directory: at('data'),
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    mail_owner: 'postfix',
    setgid_group: 'postdrop',
    maillog_file: at('maillog'),
    maillog_file_prefixes: folder,
    inet_protocols: 'ipv4',
    alias_maps: '',
    alias_database: '',
    smtputf8_enable: 'yes',
    ...settings,
  };
  await writeFile(
    at('etc/main.cf'),
    Object.entries(main)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );
  await writeFile(
    at('etc/master.cf'),
    [`${address}:${port} inet n - n - - smtpd`, ...services, ...more, ''].join('\n'),
  );
  for (const name of ['postfix-files', 'postfix-script', 'post-install']) {
    await cp(join('/etc/postfix', name), at('etc', name)).catch(() => undefined);
  }
  for (const [name, content] of Object.entries(files))
    await writeFile(at('etc', name), content, { mode: 0o600 });
  const environment = { ...process.env, MAIL_CONFIG: at('etc') };
  const command = async (name: string, ...parameters: string[]) =>
    (await run(name, ['-c', at('etc'), ...parameters], { env: environment })).stdout;
  await command('postfix', 'start');
  await listening(address, port);
  return {
    folder,
    log: () => readFile(at('maillog'), 'utf8').catch(() => ''),
    command,
    async [Symbol.asyncDispose]() {
      await command('postfix', 'stop').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postfixUser(): Promise<{ uid: number; gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith('postfix:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** Resolves when something answers at the address. */
export async function listening(host: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await delay(50);
  }
  throw new Error('Nothing listens there');
}
