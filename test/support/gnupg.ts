import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Gpg extends AsyncDisposable {
  /** Runs gpg with this input. Rejects on a bad end, unless `mayFail`; `status` holds what --status-fd tells. */
  run(
    args: readonly string[],
    input?: Uint8Array,
    mayFail?: boolean,
  ): Promise<{ output: Buffer; status: string; code: number }>;
  /** A key pair without a passphrase. */
  generate(userId: string, algorithm: string, expires?: string): Promise<void>;
  exportPublic(address: string): Promise<Buffer>;
  importKey(key: Uint8Array): Promise<void>;
}

/** GnuPG with a home of its own; its agent ends with it. */
export async function gnupg(): Promise<Gpg> {
  const home = await mkdtemp(join(tmpdir(), 'carepost-gpg-')); // short: the agent's socket lies in it
  await writeFile(join(home, 'gpg.conf'), 'batch\nno-tty\nyes\ntrust-model always\npinentry-mode loopback\n');

  const run: Gpg['run'] = (args, input = new Uint8Array(), mayFail = false) =>
    new Promise((resolve, reject) => {
      const child = spawn('gpg', ['--homedir', home, '--status-fd', '2', ...args]);
      const output: Buffer[] = [];
      let status = '';
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => (status += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0 || mayFail) resolve({ output: Buffer.concat(output), status, code: code ?? -1 });
        else reject(new Error(`gpg ${args.join(' ')}: ${status}`));
      });
      child.stdin.on('error', () => undefined).end(input);
    });

  return {
    run,
    async generate(userId, algorithm, expires = 'never') {
      await run(['--passphrase', '', '--quick-generate-key', userId, algorithm, 'default', expires]);
    },
    exportPublic: async (address) => (await run(['--export', address])).output,
    async importKey(key) {
      await run(['--import'], key);
    },
    async [Symbol.asyncDispose]() {
      await promisify(execFile)('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    },
  };
}
