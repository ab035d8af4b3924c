import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { prepareDataFolder } from './data-folder.ts';

const base = await mkdtemp(join(tmpdir(), 'data-folder-'));
after(() => rm(base, { recursive: true, force: true }));

/** A folder of mode 0755 with these files in it. */
async function openFolder(name: string, ...files: string[]): Promise<string> {
  const folder = join(base, name);
  await mkdir(folder);
  for (const file of files) await writeFile(join(folder, file), '');
  await chmod(folder, 0o755);
  return folder;
}
const modeOf = async (folder: string) => (await stat(folder)).mode & 0o777;

test('a data folder is closed to others, made by us or by hand; a folder of other things is left alone', async () => {
  for (const [folder, mode] of [
    [join(base, 'new'), 0o700],
    [await openFolder('empty'), 0o700],
    [await openFolder('ours', 'root.key', 'note'), 0o700],
    [await openFolder('strangers', 'note'), 0o755],
  ] as const) {
    await prepareDataFolder(folder);
    assert.equal(await modeOf(folder), mode, folder);
  }
});

test('what cannot be a data folder is refused with the setting', async () => {
  const file = join(base, 'file');
  await writeFile(file, '');
  await assert.rejects(prepareDataFolder(file), /CAREPOST_DATA: the folder/);
});
