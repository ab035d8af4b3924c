// The event loop while 25 MB messages come in and are encrypted: in 99 of 100 turns it works less than 50 ms on end.
// What a command waits meanwhile is printed too; it grows with whatever else the machine does.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
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

const folder = await mkdtemp(join(tmpdir(), 'event-loop-'));
const probed = join(folder, 'worked');
await writeFile(probed, '');
await using carepost = await startCarepost({
  environment: {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'loop-probe.ts')}`,
    LOOP_PROBE_FILE: probed,
  },
});
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
await truncate(probed);

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
const worked = (await readFile(probed, 'utf8')).trim().split('\n').map(Number);
await rm(folder, { recursive: true });

/** The figure that this share of the figures is not above, one decimal. */
function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  return Number(
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1),
  );
}
const p99Ms = quantile(worked, 0.99);
report({
  bench: 'event-loop',
  senders,
  megabytesEach: bytes / 1024 / 1024,
  megabytesPerSecond: Math.round((messages * bytes) / 1e6 / seconds),
  turns: worked.length,
  medianMs: quantile(worked, 0.5),
  p99Ms,
  longestMs: quantile(worked, 1),
  limitMs,
  ratio: Number((p99Ms / limitMs).toFixed(2)),
  commandMedianMs: quantile(waits, 0.5),
  commandP99Ms: quantile(waits, 0.99),
  loadAverage: Number(loadavg()[0]?.toFixed(1)),
  ok: p99Ms < limitMs,
});
