import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runProgram, type ProgramResult } from './run-program.ts';

const main = join(import.meta.dirname, '../../server/main.ts');

/** Whom a program runs as, when not as ourselves: only root may choose. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** Runs a command of carepost to its end. */
export function runCarepost(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  { input = '', user }: { readonly input?: string; readonly user?: OsUser } = {},
): Promise<ProgramResult> {
  return runProgram(process.execPath, [main, ...parameters], input, {
    ...user,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
  });
}

/** A start that must fail: with exit code 1 and one sentence, which is answered. Nothing else is said. */
export async function refusedStart(
  environment: Readonly<Record<string, string>>,
  user?: OsUser,
): Promise<string> {
  const { code, output } = await runCarepost(
    ['serve'],
    { CAREPOST_LOG: 'silent', ...environment },
    user === undefined ? {} : { user },
  );
  assert.equal(code, 1, output);
  const lines = output.trimEnd().split('\n');
  assert.equal(lines.length, 1, output);
  return lines[0] ?? '';
}
