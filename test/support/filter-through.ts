import { spawn } from 'node:child_process';

export interface Filtered {
  readonly code: number;
  /** Standard output as bytes. */
  readonly output: Buffer;
  readonly complaints: string;
}

/** Runs a program that reads bytes and writes bytes. Rejects only when it cannot be started. */
export async function filterThrough(
  program: string,
  parameters: readonly string[],
  input: Buffer,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Filtered> {
  const child = spawn(program, parameters, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 30_000 });
  const [output, complaints]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (ended) => resolve(ended ?? -1));
  });
  return { code, output: Buffer.concat(output), complaints: Buffer.concat(complaints).toString() };
}
