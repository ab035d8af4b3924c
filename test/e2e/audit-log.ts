import { join } from 'node:path';
import type { RunningCarepost } from '../support/carepost.ts';
import { runProgram } from '../support/run-program.ts';

const main = join(import.meta.dirname, '../../server/main.ts');

/** `carepost audit export`, beside the server that runs. Throws with its words when it fails. */
export async function exportAuditLog({ dataFolder }: RunningCarepost, file: string): Promise<void> {
  const { code, output } = await runProgram('env', [
    `CAREPOST_DATA=${dataFolder}`,
    process.execPath,
    main,
    'audit',
    'export',
    '--organization=lakeside-clinic',
    `--out=${file}`,
  ]);
  if (code !== 0) throw new Error(`The export failed: ${output}`);
}

/** `carepost audit verify`: its exit code and what it said. */
export function verifyAuditLog(file: string): Promise<{ code: number; output: string }> {
  return runProgram(process.execPath, [main, 'audit', 'verify', file]);
}
