import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Standard {
  readonly id: string;
  readonly supported: string;
}

const answers = new Set(['yes', 'partly', 'no']);

/**
 * docs/standards.tsv names each standard once with yes, partly or no. Every RFC or CFR part that the code
 * cites must be listed, and what is listed as yes or partly must be cited. Answers the faults in words.
 */
export async function checkStandards(folder: string): Promise<string[]> {
  const standards = await readStandards(join(folder, 'docs/standards.tsv'));
  const cited = await citations(folder);
  const known = new Map(standards.map((standard) => [standard.id, standard]));
  return [
    ...standards
      .filter(({ supported }) => !answers.has(supported))
      .map(({ id }) => `docs/standards.tsv: ${id} must be yes, partly or no`),
    ...[...cited]
      .filter(([id]) => !known.has(id))
      .map(([id, file]) => `${file} cites ${id}, which docs/standards.tsv does not list`),
    ...standards
      .filter(
        ({ id, supported }) => supported !== 'no' && /^(RFC|45 CFR|42 CFR|47 CFR)/.test(id) && !cited.has(id),
      )
      .map(({ id }) => `docs/standards.tsv lists ${id}, which no code cites`),
  ];
}

async function readStandards(file: string): Promise<Standard[]> {
  const [, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const [id = '', , supported = ''] = line.split('\t');
    return { id, supported };
  });
}

/** The standards named in code, each with the first file that does. */
async function citations(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const files = await Array.fromAsync(
    glob('{contract,server,lab,web,migrations}/**/*.{ts,tsx,sql}', { cwd: folder }),
  );
  for (const file of files.toSorted()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, kind, number] of text.matchAll(/\b(RFC|4[257] CFR) (\d{2,5})\b/g)) {
      const id = `${kind} ${number}`;
      if (!found.has(id)) found.set(id, file);
    }
  }
  return found;
}
