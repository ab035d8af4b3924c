import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const projectFolder = join(import.meta.dirname, '..');

/** Runs a program with the project's own Node and tools first in PATH, and Debian's servers in it; resolves with its exit code. */
export async function runCommand(
  command: string,
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<number> {
  const child = spawn(command, parameters, {
    cwd: projectFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...environment,
      PATH: [join(projectFolder, 'node_modules/.bin'), process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(
        delimiter,
      ),
    },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}
