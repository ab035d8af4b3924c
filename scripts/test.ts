// npm test: what it needs from Debian, the gate, then the browser and the peers.
import { buildWeb } from './build-web.ts';
import { check } from './check.ts';
import { installDebianPackages } from './debian-packages.ts';
import { runNodeTests, sum } from './run-tests.ts';

await installDebianPackages();
await buildWeb();
let counts = await check();
for (const [name, pattern] of [
  ['browser', 'test/e2e/**/*.test.ts'],
  ['peers', 'test/interop/**/*.test.ts'],
  ['faults', 'test/faults/**/*.test.ts'],
] as const) {
  console.log(`\n${name}`);
  counts = sum(counts, await runNodeTests([pattern], { concurrency: 1, timeoutMs: 600_000 }));
}
const { passed, failed, skipped } = counts;
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
