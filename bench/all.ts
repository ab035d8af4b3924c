// npm run bench: each measurement in a process of its own, one after the other; a quiet machine is assumed.
import { join } from 'node:path';
import { buildWeb } from '../scripts/build-web.ts';
import { runCommand } from '../scripts/run-command.ts';

await buildWeb();
for (const name of [
  'smtp-engine',
  'smtp-accept',
  'outbound',
  'queue-million',
  'preview',
  'start',
  'memory',
  'connections',
  'event-loop',
]) {
  if ((await runCommand('node', [join(import.meta.dirname, `${name}.ts`)])) !== 0) process.exitCode = 1;
}
