// npm start: builds the web apps if needed and runs the product with the lab, on this machine only.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodeOptions } from '../server/app/node-options.ts';
import { buildWeb } from './build-web.ts';
import { projectFolder } from './run-command.ts';

await buildWeb();
const server = spawn(
  process.execPath,
  [...nodeOptions, join(projectFolder, 'server/main.ts'), 'serve', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, CAREPOST_LAB: process.env.CAREPOST_LAB ?? '1' },
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
server.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
