// Memory of the server process while 500 connections idle and 20 hand over a 25 MB attachment each at once: under 600 MB.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { changeOrganization } from '#contract/organizations.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { startCarepost } from '../test/support/carepost.ts';
import { signInStaff } from '../test/support/staff-person.ts';
import { report } from './limit.ts';
import { residentMemory } from './process-cpu.ts';

const idle = 500;
const senders = 20;
const attachmentBytes = 25 * 1024 * 1024;
const limitMegabytes = 600;
/** Below the limit of connections from one address. */
const idleEachAddress = 50;

await using carepost = await startCarepost();
const administrator = carepost.lab.users.find(({ role }) => role === 'administrator');
const admin = await signInStaff(carepost.url, administrator?.email ?? '', administrator?.password ?? '');
await admin.call(changeOrganization, { body: { settings: { messageSizeLimit: 50 * 1024 * 1024 } } });
const [host = '', port = ''] = carepost.ready.mx.split(':');
const to = carepost.lab.appPassword.username;

const sockets = await Promise.all(
  Array.from({ length: idle }, async (_, index) => {
    const localAddress = `127.9.0.${1 + Math.floor(index / idleEachAddress)}`;
    const socket = connect({ host, port: Number(port), localAddress });
    await once(socket, 'data'); // the greeting: each of them was let in
    socket.write('EHLO idle.test\r\n');
    await once(socket, 'data');
    return socket;
  }),
);
const megabytesIdle = Math.round((await residentMemory(carepost.pid)) / 1e6);

const attachment = randomBytes(attachmentBytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
const content = Buffer.from(
  `From: <a@verified.test>\r\nSubject: s\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${attachment}\r\n`,
);
let peak = 0;
const watch = setInterval(async () => {
  peak = Math.max(peak, await residentMemory(carepost.pid));
}, 50);
const started = performance.now();
const answers = await Promise.all(
  Array.from({ length: senders }, async () => {
    const opened = await openSmtpConnection({
      host,
      port: Number(port),
      localName: 'bench.test',
      tls: { use: 'required' },
    });
    if (!opened.ok) return opened.failure.code;
    const outcome = await opened.connection.send({
      from: 'a@verified.test',
      recipients: [to],
      content,
      size: content.length,
    });
    await opened.connection.quit();
    return outcome.kind === 'answered' ? outcome.recipients[0]?.reply.code : outcome.kind;
  }),
);
const seconds = (performance.now() - started) / 1000;
clearInterval(watch);
const stillThere = sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open').length;
for (const socket of sockets) socket.destroy();
const megabytesPeak = Math.round(peak / 1e6);
report({
  bench: 'connections',
  idle: stillThere,
  senders: answers.filter((answer) => answer === 250).length,
  megabytesOnWireEach: Math.round(content.length / 1e6),
  seconds: Number(seconds.toFixed(1)),
  megabytesIdle,
  megabytesPeak,
  limitMegabytes,
  ratio: Number((megabytesPeak / limitMegabytes).toFixed(2)),
  ok: stillThere === idle && answers.every((answer) => answer === 250) && megabytesPeak < limitMegabytes,
});
