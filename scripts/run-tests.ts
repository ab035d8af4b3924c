import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder, runCommand } from './run-command.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const noTests: Counts = { passed: 0, failed: 0, skipped: 0 };

export function sum(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** Runs the node:test files that match; a runner that ends without a count, or finds no file, is a failure. */
export async function runNodeTests(
  patterns: readonly string[],
  options: { concurrency: number; timeoutMs: number },
): Promise<Counts> {
  const files = await Array.fromAsync(
    glob(patterns, { cwd: projectFolder, exclude: (name) => name.includes('node_modules') }),
  );
  if (files.length === 0) return { ...noTests, failed: 1 };
  const folder = await mkdtemp(join(tmpdir(), 'carepost-counts-'));
  const report = join(folder, 'counts.json');
  try {
    const code = await runCommand('node', [
      '--test',
      `--test-concurrency=${options.concurrency}`,
      `--test-timeout=${options.timeoutMs}`,
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      '--test-reporter=./scripts/failure-reporter.ts',
      '--test-reporter-destination=stdout',
      '--test-reporter=./scripts/count-reporter.ts',
      `--test-reporter-destination=${report}`,
      ...files.toSorted(),
    ]);
    const counts = await readFile(report, 'utf8').then(
      (text) => JSON.parse(text) as Counts,
      () => noTests,
    );
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the component tests of web/. */
export async function runWebTests(): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'carepost-counts-'));
  const report = join(folder, 'vitest.json');
  try {
    const code = await runCommand('vitest', [
      'run',
      '--root',
      'web',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    const result = await readFile(report, 'utf8').then(
      (text) =>
        JSON.parse(text) as { numPassedTests: number; numFailedTests: number; numPendingTests: number },
      () => undefined,
    );
    if (result === undefined) return { ...noTests, failed: 1 };
    const counts = {
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests,
    };
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
