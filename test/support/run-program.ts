import { spawn, type SpawnOptions } from 'node:child_process';

export interface ProgramResult {
  readonly code: number;
  readonly output: string;
}

/** Runs somebody else's program to its end and answers what it wrote, both streams together. Rejects only when it cannot be started. */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  input = '',
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'> = {},
): Promise<ProgramResult> {
  const child = spawn(program, parameters, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (ended) => resolve(ended ?? -1));
  });
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}
