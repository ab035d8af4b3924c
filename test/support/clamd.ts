import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Clamd extends AsyncDisposable {
  /** Its unix socket. */
  readonly path: string;
  /** Text that it takes for a virus, and the name that it gives it. */
  readonly virus: { readonly text: string; readonly signature: string };
  stop(): Promise<void>;
}

const virus = { text: 'carepost-harmless-test-infection', signature: 'Carepost.Harmless.Test.UNOFFICIAL' };

/** Starts Debian's clamd with one signature, of our own. */
export async function startClamd(): Promise<Clamd> {
  const folder = await mkdtemp(join(tmpdir(), 'clamd-'));
  await chmod(folder, 0o755);
  const path = join(folder, 'clamd.sock');
  await mkdir(join(folder, 'signatures'));
  const hex = Buffer.from(virus.text).toString('hex');
  await writeFile(join(folder, 'signatures', 'own.ndb'), `Carepost.Harmless.Test:0:*:${hex}\n`);
  const settings = [
    'Foreground yes',
    `DatabaseDirectory ${join(folder, 'signatures')}`,
    `LocalSocket ${path}`,
    `TemporaryDirectory ${folder}`,
    'StreamMaxLength 101M',
    'MaxThreads 4',
  ];
  await writeFile(join(folder, 'clamd.conf'), `${settings.join('\n')}\n`);
  const child = spawn('/usr/sbin/clamd', ['-c', join(folder, 'clamd.conf')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answering(path);
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    path,
    virus,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(path: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ path });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await delay(50);
  }
  throw new Error('clamd does not listen');
}
