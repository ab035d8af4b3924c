// The gate: format, types, lint, import order, dead code, unit and integration tests, generated files.
import { noTests, runNodeTests, runWebTests, sum, type Counts } from './run-tests.ts';
import { runCommand } from './run-command.ts';

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const steps: readonly Step[] = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of web', command: ['tsc', '-p', 'web/tsconfig.json'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
  { name: 'import order', command: ['node', 'scripts/check-import-order.ts'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'] },
];

/** Every step is run even when an earlier one failed, so that one run tells all. A step counts as one test. */
export async function check(): Promise<Counts> {
  let counts = noTests;
  for (const {
    name,
    command: [program, ...parameters],
  } of steps) {
    const started = performance.now();
    const passed = (await runCommand(program, parameters)) === 0;
    console.log(`${passed ? '✔' : '✖'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    counts = sum(counts, { ...noTests, [passed ? 'passed' : 'failed']: 1 });
  }
  counts = sum(
    counts,
    await runNodeTests(
      ['contract/**/*.test.ts', 'server/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'],
      { concurrency: 2, timeoutMs: 120_000 },
    ),
  );
  return sum(counts, await runWebTests());
}

if (import.meta.main) {
  const { passed, failed, skipped } = await check();
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
