import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const cache = join(tmpdir(), 'carepost-debian-packages');

/** Where a Debian package lies unpacked, for one that cannot be installed beside another: mail servers exclude each other. */
export async function unpackedPackage(name: string): Promise<string> {
  const folder = join(cache, name);
  if (
    await access(folder).then(
      () => true,
      () => false,
    )
  )
    return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'work-'));
  try {
    const download = () => run('apt-get', ['download', '-q', name], { cwd: work });
    await download().catch(async () => {
      await run('apt-get', ['update', '-q']);
      await download();
    });
    const file = (await readdir(work)).find((one) => one.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['-x', join(work, file), join(work, 'unpacked')]);
    await rename(join(work, 'unpacked'), folder).catch(() => undefined); // another test was faster
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Makes a system user that the package would have made. Needs root. */
export async function systemUser(name: string): Promise<void> {
  await run('id', [name]).catch(() =>
    run('useradd', ['--system', '--no-create-home', '--user-group', '--shell', '/usr/sbin/nologin', name]),
  );
}
