// SMTP accept to committed, encrypted storage, 4 KB messages, 10 connections, against Postfix in the same run.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startCarepost } from '../test/support/carepost.ts';
import { freePorts } from '../test/support/free-port.ts';
import { startPostfix } from '../test/support/postfix.ts';
import { median, report } from './limit.ts';
import { processCpu } from './process-cpu.ts';

const run = promisify(execFile);
const messages = Number(process.argv[2] ?? 3000);
const bytes = Number(process.argv[3] ?? 4096);
const connections = Number(process.argv[4] ?? 10);
const rounds = 3;
const leastRatio = 1.5;

/** Messages a second that smtp-source gets accepted. */
async function load(target: string, recipient: string, count = messages): Promise<number> {
  const started = performance.now();
  await run(
    'smtp-source',
    [
      '-s',
      String(connections),
      '-m',
      String(count),
      '-l',
      String(bytes),
      '-f',
      'sender@verified.test',
      '-t',
      recipient,
      target,
    ],
    { maxBuffer: 1 << 26 },
  );
  return count / ((performance.now() - started) / 1000);
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
const recipient = carepost.lab.appPassword.username;
await load(carepost.ready.mx, recipient); // until the code is compiled
await load(`127.0.0.1:${port}`, 'user@peer.test', 300);

const rates = { carepost: [] as number[], postfix: [] as number[] };
let cpu = 0;
for (let round = 0; round < rounds; round += 1) {
  const before = await processCpu(carepost.pid);
  rates.carepost.push(await load(carepost.ready.mx, recipient));
  cpu += (await processCpu(carepost.pid)) - before;
  rates.postfix.push(await load(`127.0.0.1:${port}`, 'user@peer.test'));
}
const [ours, theirs] = [median(rates.carepost), median(rates.postfix)];
const ratio = Number((ours / theirs).toFixed(2));
report({
  bench: 'smtp-accept',
  messages,
  bytes,
  connections,
  carepostPerSecond: Math.round(ours),
  postfixPerSecond: Math.round(theirs),
  ratio,
  leastRatio,
  carepostCpuMicrosecondsPerMessage: Math.round((cpu / (rounds * messages)) * 1e6),
  ok: ratio >= leastRatio,
});
