import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { BlobError } from './blob-error.ts';
import { checkBlobKey, type BlobKey, type BlobStore, type StoredBlob } from './blob-store.ts';

/** Half-written files older than this belong to a process that died. */
const abandonedAfterMs = 24 * 3600 * 1000;
const incoming = '.incoming';

/**
 * Blobs as files of mode 0600 under `root`. The last segment of a key is spread over folders of its two
 * last characters, so that none grows beyond what directory listings bear: a/b/<xy>/name.
 * A blob appears by rename once it is on disk, and the rename itself is flushed too.
 */
export async function openFileBlobStore(root: string): Promise<BlobStore> {
  await mkdir(join(root, incoming), { recursive: true, mode: 0o700 });
  await removeAbandoned(join(root, incoming));
  return {
    async write(key, source) {
      const path = pathOf(root, key);
      const partial = join(root, incoming, randomUUID());
      try {
        await writeFlushed(partial, source);
        await makeFolders(root, dirname(path));
        await rename(partial, path);
        await flushFolder(dirname(path));
      } catch (error) {
        await rm(partial, { force: true });
        throw translate(error);
      }
    },
    async *read(key) {
      try {
        for await (const piece of createReadStream(pathOf(root, key))) yield piece as Buffer;
      } catch (error) {
        throw translate(error);
      }
    },
    async delete(key) {
      await rm(pathOf(root, key), { force: true }).catch((error: unknown) => {
        throw translate(error);
      });
    },
    list: (prefix) => list(root, prefix),
    close: async () => undefined,
  };
}

function pathOf(root: string, key: BlobKey): string {
  checkBlobKey(key);
  const segments = key.split('/');
  const name = segments.at(-1) ?? '';
  return join(root, ...segments.slice(0, -1), name.slice(-2).padStart(2, '_'), name);
}

async function writeFlushed(path: string, source: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of source) await writeAll(file, piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let written = 0; written < piece.length;) {
    written += (await file.write(piece, written)).bytesWritten;
  }
}

/** Makes missing folders from the top and flushes each one's parent, or a power failure could take the folder along. */
async function makeFolders(root: string, folder: string): Promise<void> {
  let path = root;
  for (const segment of relative(root, folder).split(sep)) {
    const parent = path;
    path = join(path, segment);
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw error;
    }
    await flushFolder(parent);
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* list(root: string, prefix: string): AsyncGenerator<StoredBlob> {
  for await (const path of filesUnder(root)) {
    const segments = relative(root, path).split(sep);
    const key = [...segments.slice(0, -2), segments.at(-1)].join('/');
    if (!key.startsWith(prefix)) continue;
    const found = await stat(path).catch(() => null); // deleted meanwhile
    if (found !== null) yield { key, modifiedAt: found.mtime };
  }
}

async function* filesUnder(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    if (entry.name === incoming) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile()) yield path;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** System errors of the store become ours; what `source` threw passes through. */
function translate(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  if (codeOf(error) === 'ENOENT')
    return new BlobError('blob-missing', 'There is no such blob.', { cause: error });
  return new BlobError('blob-store-unavailable', 'The blob folder could not be used.', { cause: error });
}
