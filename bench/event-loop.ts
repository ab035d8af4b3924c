// How long a command waits while others hand over 25 MB each, which is encrypted as it comes: 99 of 100 under 50 ms.
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { changeOrganization } from '#contract/organizations.ts';
import { startCarepost } from '../test/support/carepost.ts';
import { RawSmtp } from '../test/support/raw-smtp.ts';
import { signInStaff } from '../test/support/staff-person.ts';
import { report } from './limit.ts';

const run = promisify(execFile);
const senders = 4;
const messages = 24;
const bytes = 25 * 1024 * 1024;
const limitMs = 50;
const pauseMs = 5;

await using carepost = await startCarepost();
const administrator = carepost.lab.users.find(({ role }) => role === 'administrator');
const admin = await signInStaff(carepost.url, administrator?.email ?? '', administrator?.password ?? '');
await admin.call(changeOrganization, { body: { settings: { messageSizeLimit: 50 * 1024 * 1024 } } });

/** Postfix's program, in a process of its own: our own loop has nothing to do but to ask. */
const load = (count: number) =>
  run('smtp-source', [
    '-s',
    String(senders),
    '-m',
    String(count),
    '-l',
    String(bytes),
    '-f',
    'sender@verified.test',
    '-t',
    carepost.lab.appPassword.username,
    carepost.ready.mx,
  ]);
await load(senders); // code compiled

const asking = await RawSmtp.open(Number(carepost.ready.mx.split(':')[1]));
await asking.hello();
const waits: number[] = [];
let done = false;
const began = performance.now();
const loading = load(messages).finally(() => {
  done = true;
});
while (!done) {
  const asked = performance.now();
  await asking.ask('NOOP');
  waits.push(performance.now() - asked);
  await delay(pauseMs);
}
await loading;
const seconds = (performance.now() - began) / 1000;
asking.destroy();
waits.sort((one, other) => one - other);
const at = (share: number) => Number((waits[Math.floor(waits.length * share)] ?? Number.NaN).toFixed(1));
report({
  bench: 'event-loop',
  senders,
  megabytesEach: bytes / 1024 / 1024,
  megabytesPerSecond: Math.round((messages * bytes) / 1e6 / seconds),
  asked: waits.length,
  medianMs: at(0.5),
  p99Ms: at(0.99),
  longestMs: Number(waits.at(-1)?.toFixed(1)),
  limitMs,
  ratio: Number((at(0.99) / limitMs).toFixed(2)),
  loadAverage: Number(loadavg()[0]?.toFixed(1)),
  ok: at(0.99) < limitMs,
});
