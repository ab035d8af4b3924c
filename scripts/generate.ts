// Writes what derives from the code, or with --check fails when the repository's copy is out of date.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '#contract/endpoint.ts';
import { openApiDocument } from '#contract/openapi.ts';
import { settings } from '../server/app/settings.ts';
import { version } from '../server/app/version.ts';
import { projectFolder } from './run-command.ts';
import { checkStandards } from './standards.ts';

const check = process.argv.includes('--check');

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' &&
    value !== null &&
    'method' in value &&
    'path' in value &&
    'definition' in value
  );
}

async function allEndpoints(): Promise<Endpoint[]> {
  const folder = join(projectFolder, 'contract');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const modules = await Promise.all(
    files.map((name) => import(join(folder, name)) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((exports) => Object.values(exports).filter(isEndpoint))
    .toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}

function settingsTable(): string {
  const rows = Object.entries(settings).map(
    ([name, setting]) =>
      `| \`${name}\` | ${setting.default === '' ? '' : `\`${setting.default}\``} | ${setting.meaning} |`,
  );
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

async function put(file: string, text: string): Promise<void> {
  const before = await readFile(join(projectFolder, file), 'utf8').catch(() => '');
  if (before === text) return;
  if (check) {
    console.error(`${file} is out of date. Run: npm run generate`);
    process.exitCode = 1;
    return;
  }
  await writeFile(join(projectFolder, file), text);
}

async function putBetween(file: string, marker: string, text: string): Promise<void> {
  const before = await readFile(join(projectFolder, file), 'utf8');
  const [open, close] = [`<!-- ${marker} -->`, `<!-- end of ${marker} -->`];
  const [start, end] = [before.indexOf(open), before.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${file} has no place for "${marker}"`);
  await put(file, `${before.slice(0, start + open.length)}\n${text}\n${before.slice(end)}`);
}

const endpoints = await allEndpoints();
if (endpoints.length < 20) throw new Error('The contract seems empty: too few endpoints were found.');
await put('docs/openapi.json', `${JSON.stringify(openApiDocument(endpoints, version), undefined, 2)}\n`);
await putBetween('docs/operations/configuration.md', 'settings', settingsTable());
const faults = await checkStandards(projectFolder);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
console.log(`generated: ${endpoints.length} endpoints, ${Object.keys(settings).length} settings`);
