// SMTP accept to committed, encrypted storage, 4 KB and 100 KB, 10 connections, against Postfix in the same run.
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startCarepost } from '../test/support/carepost.ts';
import { freePorts } from '../test/support/free-port.ts';
import { startPostfix } from '../test/support/postfix.ts';
import { median, report } from './limit.ts';
import { processCpu } from './process-cpu.ts';

const run = promisify(execFile);
const connections = Number(process.argv[2] ?? 10);
/** Fewer of the large ones, so that each round takes a few seconds. */
const loads: readonly Load[] = [
  { messages: 3000, bytes: 4096 },
  { messages: 600, bytes: 100 * 1024 },
];
const rounds = 5;
const warmUps = 3;
const leastRatio = 1.5;

interface Load {
  readonly messages: number;
  readonly bytes: number;
}

/** Connections that carry one message after the other, or one for each message. */
type Use = 'kept' | 'one-each';

/** Messages a second that smtp-source gets accepted. */
async function load(
  { messages, bytes }: Load,
  { target, recipient }: { readonly target: string; readonly recipient: string },
  use: Use,
): Promise<number> {
  const numbers = ['-s', String(connections), '-m', String(messages), '-l', String(bytes)];
  const envelope = ['-f', 'sender@verified.test', '-t', recipient];
  const started = performance.now();
  await run('smtp-source', [...(use === 'kept' ? ['-d'] : []), ...numbers, ...envelope, target], {
    maxBuffer: 1 << 26,
  });
  return messages / ((performance.now() - started) / 1000);
}

const [port] = await freePorts(1);
await using _postfix = await startPostfix({
  address: '127.0.0.1',
  port: port ?? 0,
  // Accepted and queued with fsync, then discarded: accepting is what is measured.
  settings: {
    myhostname: 'mx.peer.test',
    mydestination: 'peer.test',
    local_recipient_maps: '',
    local_transport: 'discard',
    default_transport: 'discard',
    mynetworks: '127.0.0.0/8',
  },
});
await using carepost = await startCarepost();
const ours = { target: carepost.ready.mx, recipient: carepost.lab.appPassword.username };
const theirs = { target: `127.0.0.1:${port}`, recipient: 'user@peer.test' };

/** What carepost put off while it accepted (search above all) must not run while Postfix is measured. */
async function calm(): Promise<void> {
  for (let before = await processCpu(carepost.pid); ;) {
    await delay(1_000);
    const now = await processCpu(carepost.pid);
    if (now - before < 0.1) return;
    before = now;
  }
}

async function compare(size: Load, use: Use) {
  for (let round = 0; round < warmUps; round += 1) await load(size, ours, use); // code compiled
  await load(size, theirs, use);
  const rates = { carepost: [] as number[], postfix: [] as number[] };
  let cpu = 0;
  for (let round = 0; round < rounds; round += 1) {
    await calm();
    const before = await processCpu(carepost.pid);
    rates.carepost.push(await load(size, ours, use));
    cpu += (await processCpu(carepost.pid)) - before;
    await calm();
    rates.postfix.push(await load(size, theirs, use));
  }
  const [carepostPerSecond, postfixPerSecond] = [median(rates.carepost), median(rates.postfix)];
  return {
    carepostPerSecond: Math.round(carepostPerSecond),
    postfixPerSecond: Math.round(postfixPerSecond),
    ratio: Number((carepostPerSecond / postfixPerSecond).toFixed(2)),
    carepostCpuMicrosecondsPerMessage: Math.round((cpu / (rounds * size.messages)) * 1e6),
  };
}

for (const size of loads) {
  const kept = await compare(size, 'kept');
  const oneEach = await compare(size, 'one-each');
  report({
    bench: 'smtp-accept',
    ...size,
    connections,
    ...kept,
    leastRatio,
    oneEachCarepostPerSecond: oneEach.carepostPerSecond,
    oneEachPostfixPerSecond: oneEach.postfixPerSecond,
    oneEachRatio: oneEach.ratio,
    loadAverage: Number(loadavg()[0]?.toFixed(1)),
    ok: kept.ratio >= leastRatio,
  });
}
