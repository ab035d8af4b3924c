// Our SMTP engine against the smtp-server package: accept 4 KB messages into nothing; smtp-source (Postfix) is the client.
// Prints the processor time of one message in each, and how much less ours needs.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { createSmtpServer, smtpReply } from '#protocols/smtp/index.ts';

const run = promisify(execFile);
const messages = Number(process.argv[2] ?? 10_000);
const bytes = Number(process.argv[3] ?? 4096);
const connections = Number(process.argv[4] ?? 10);
const rounds = 3;

const ok = smtpReply(250, '2.0.0', 'OK');
const sink = { write: () => undefined, finish: () => ok, abort: () => undefined };
const handler = { mail: () => ok, recipient: () => ok, content: () => sink };
const ours = createSmtpServer({ hostname: 'bench.test', tls: null }, { connect: () => handler });
const { port: ourPort } = await ours.listen({ host: '127.0.0.1', port: 0 });

const theirs = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, callback) {
    stream.on('end', () => callback(null));
    stream.resume();
  },
});
theirs.listen(0, '127.0.0.1');
await once(theirs.server, 'listening');
const theirPort = (theirs.server.address() as AddressInfo).port;

/** Microseconds of this process for each message. Connections are kept (-d), so that greetings do not count. */
async function cost(port: number, count = messages): Promise<number> {
  const before = process.cpuUsage();
  const load = [
    '-d',
    '-s',
    String(connections),
    '-m',
    String(count),
    '-l',
    String(bytes),
    '-f',
    'a@bench.test',
    '-t',
    'b@bench.test',
  ];
  await run('/usr/sbin/smtp-source', [...load, `127.0.0.1:${port}`]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const middle = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const costs = { ours: [] as number[], theirs: [] as number[] };
for (const port of [ourPort, theirPort]) await cost(port, 1000);
for (let round = 0; round < rounds; round += 1) {
  costs.ours.push(await cost(ourPort));
  costs.theirs.push(await cost(theirPort));
}
await ours.close(0);
theirs.close();

const [our, their] = [middle(costs.ours), middle(costs.theirs)];
console.log(
  JSON.stringify({
    bench: 'smtp-engine',
    messages,
    bytes,
    connections,
    ourMicrosecondsPerMessage: Math.round(our),
    smtpServerMicrosecondsPerMessage: Math.round(their),
    ratio: Number((their / our).toFixed(2)),
  }),
);
