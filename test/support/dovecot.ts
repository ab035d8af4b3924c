import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listening } from './postfix.ts';

const run = promisify(execFile);
const password = 'dovecot-of-a-stranger';

export interface DovecotOptions {
  readonly address: string;
  readonly port: number;
  /** Holds `<domain>/<local part>/` as Maildir, owned by `nobody`. */
  readonly mail: string;
}

/** Debian's Dovecot as an instance of its own: IMAP over the mailboxes in a folder. */
export interface Dovecot extends AsyncDisposable {
  /** Every message in the inbox, as IMAP gives it out, oldest first. */
  inbox(user: string): Promise<Buffer[]>;
  log(): Promise<string>;
}

/** Starts it in the foreground, so that it ends with us. Needs root. */
export async function startDovecot({ address, port, mail }: DovecotOptions): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'dovecot-'));
  await chmod(folder, 0o755);
  for (const name of ['run', 'state']) await mkdir(join(folder, name), { mode: 0o755 });
  const file = join(folder, 'dovecot.conf');
  await writeFile(
    file,
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
auth_username_chars =
first_valid_uid = 1
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${mail}/%d/%n
}
mail_location = maildir:${mail}/%d/%n
service imap-login {
  inet_listener imap {
    address = ${address}
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
  );
  const master = spawn('/usr/sbin/dovecot', ['-F', '-c', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    master.once('exit', resolve).once('error', resolve);
  });
  await listening(address, port);

  /** curl is the mail program: a stranger to Dovecot and to us. */
  const ask = async (user: string, path: string, ...more: string[]): Promise<Buffer> => {
    const url = `imap://${address}:${port}/${path}`;
    const { stdout } = await run('curl', ['-s', '-S', '--user', `${user}:${password}`, url, ...more], {
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
  return {
    async inbox(user) {
      const found = (await ask(user, 'INBOX', '-X', 'SEARCH ALL')).toString();
      const numbers = /^\* SEARCH((?: \d+)*)/m.exec(found)?.[1]?.trim().split(' ') ?? [];
      const messages: Buffer[] = [];
      for (const number of numbers.filter((text) => text !== '')) {
        messages.push(await ask(user, `INBOX;MAILINDEX=${number}`));
      }
      return messages;
    },
    log: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
    async [Symbol.asyncDispose]() {
      master.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
