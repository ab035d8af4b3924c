// Builds the web apps, and packs their files once for every time they are sent, when their sources, or what they are built with, have changed since the last build.
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { projectFolder, runCommand } from './run-command.ts';

const stamp = join(projectFolder, 'dist/web/.sources');
const configurations = ['web/workspace/vite.config.ts', 'web/portal/vite.config.ts'];

async function digestSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(
    glob(
      [
        'web/**/*.{ts,tsx,css,html,json,svg,cjs}',
        'contract/**/*.ts',
        'package-lock.json',
        'scripts/build-web.ts',
      ],
      { cwd: projectFolder },
    ),
  );
  for (const file of files.toSorted()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash.update(file).update(await readFile(join(projectFolder, file)));
  }
  return hash.digest('hex');
}

const packBrotli = promisify(brotliCompress);
const packGzip = promisify(gzip);

/** Each asset once more as `.br` and `.gz`: the server sends what a browser can read. */
async function pack(): Promise<void> {
  for await (const name of glob('dist/web/*/assets/*.{js,css,svg}', { cwd: projectFolder })) {
    const file = join(projectFolder, name);
    const content = await readFile(file);
    await writeFile(
      `${file}.br`,
      await packBrotli(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    );
    await writeFile(`${file}.gz`, await packGzip(content, { level: 9 }));
  }
}

/** Throws when a build fails. */
export async function buildWeb(): Promise<void> {
  const digest = await digestSources();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === digest) return;
  for (const configuration of configurations) {
    const code = await runCommand('vite', ['build', '--config', configuration, '--logLevel', 'warn']);
    if (code !== 0) throw new Error(`The web build of ${configuration} failed.`);
  }
  await pack();
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, digest);
}

if (import.meta.main) await buildWeb();
