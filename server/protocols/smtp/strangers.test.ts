// Other people's programs at the other end: nodemailer, smtp-server and Postfix's smtp-source.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { testAuthority } from '../../../test/support/certificates.ts';
import { createSmtpServer, openSmtpConnection, smtpReply, type SmtpServerOptions } from './index.ts';

const authority = await testAuthority();
const certificate = await authority.issue('mx.test');

async function ourServer(options: Partial<SmtpServerOptions> = {}) {
  const taken: { from: string; recipients: string[]; content: string; utf8: boolean }[] = [];
  const server = createSmtpServer(
    { hostname: 'mx.test', tls: certificate, ...options },
    {
      connect: () => ({
        authenticate: ({ username, password }) =>
          username === 'user' && password === 'pässword'
            ? smtpReply(235, '2.7.0', 'Welcome')
            : smtpReply(535, '5.7.8', 'No'),
        mail: () => smtpReply(250, '2.1.0', 'OK'),
        recipient: () => smtpReply(250, '2.1.5', 'OK'),
        content({ from, recipients, parameters }) {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(chunk),
            finish() {
              taken.push({
                from: from?.address ?? '',
                recipients: recipients.map(({ mailbox }) => mailbox.address),
                content: Buffer.concat(chunks).toString(),
                utf8: parameters.smtpUtf8,
              });
              return smtpReply(250, '2.0.0', 'Saved');
            },
            abort: () => undefined,
          };
        },
      }),
    },
  );
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, taken, [Symbol.asyncDispose]: () => server.close(0) };
}

describe('strangers as clients', () => {
  for (const method of ['PLAIN', 'LOGIN']) {
    for (const secure of [false, true]) {
      test(`nodemailer, ${secure ? 'implicit TLS' : 'STARTTLS'}, AUTH ${method}, dots, text beyond ASCII`, async () => {
        await using server = await ourServer({
          authentication: 'required',
          tlsMode: secure ? 'implicit' : 'starttls',
        });
        const transport = createTransport({
          host: '127.0.0.1',
          port: server.port,
          secure,
          requireTLS: true,
          authMethod: method,
          tls: { ca: authority.certificate, servername: 'mx.test' },
          auth: { user: 'user', pass: 'pässword' },
        });
        const text = `.\n..\n.dots\n${'long '.repeat(400)}\nzoë`;
        await transport.sendMail({
          from: 'a@b.test',
          to: ['c@d.test', 'zoë@d.test'],
          subject: 'Grüße',
          text,
        });
        transport.close();
        const [message] = server.taken;
        assert.deepEqual(message?.recipients, ['c@d.test', 'zoë@d.test']);
        assert.equal(message.utf8, true);
        assert.match(message.content, /\r\n\r\n(?:\.|=2E)\r\n/);
      });
    }
  }

  test(
    'smtp-source of Postfix: many messages on many connections',
    { skip: existsSync('/usr/sbin/smtp-source') ? false : 'smtp-source (postfix) is absent' },
    async () => {
      await using server = await ourServer({ tls: null });
      const source = promisify(execFile);
      await source('/usr/sbin/smtp-source', [
        '-s',
        '5',
        '-m',
        '50',
        '-l',
        '4096',
        '-f',
        'a@b.test',
        '-t',
        'c@d.test',
        `127.0.0.1:${server.port}`,
      ]);
      await source('/usr/sbin/smtp-source', [
        '-d',
        '-s',
        '5',
        '-m',
        '50',
        '-r',
        '3',
        '-f',
        'a@b.test',
        '-t',
        'c@d.test',
        `127.0.0.1:${server.port}`,
      ]);
      assert.equal(server.taken.length, 100);
    },
  );
});

describe('strangers as servers', () => {
  async function smtpServer(options: SMTPServerOptions) {
    const taken: { from: string; recipients: string[]; content: string }[] = [];
    const server = new SMTPServer({
      ...certificate,
      disabledCommands: ['AUTH'],
      onRcptTo: ({ address }, _session, callback) =>
        callback(
          address.startsWith('unknown')
            ? Object.assign(new Error('No such user'), { responseCode: 550 })
            : null,
        ),
      onData(stream, { envelope }, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          taken.push({
            from,
            recipients: envelope.rcptTo.map(({ address }) => address),
            content: Buffer.concat(chunks).toString(),
          });
          callback(null, 'Saved');
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return {
      port: (server.server.address() as AddressInfo).port,
      taken,
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  }

  for (const [what, options] of [
    ['with PIPELINING', {}],
    ['without PIPELINING', { hidePIPELINING: true }],
  ] as const) {
    test(`smtp-server ${what}: several messages, one connection, proven TLS`, async () => {
      await using server = await smtpServer(options);
      const opened = await openSmtpConnection({
        host: 'mx.test',
        address: '127.0.0.1',
        port: server.port,
        localName: 'client.test',
        tls: { use: 'required', trusted: [authority.certificate], verified: true },
      });
      assert.ok(opened.ok);
      for (const recipients of [['c@d.test', 'unknown@d.test'], ['unknown@d.test'], ['e@d.test']]) {
        const outcome = await opened.connection.send({
          from: 'a@b.test',
          recipients,
          content: Buffer.from('Subject: x\n\n.dot\r\n..\rlast'),
        });
        assert.ok(outcome.kind === 'answered');
        assert.deepEqual(
          outcome.recipients.map(({ accepted }) => accepted),
          recipients.map((address) => !address.startsWith('unknown')),
        );
      }
      await opened.connection.quit();
      assert.deepEqual(
        server.taken,
        ['c@d.test', 'e@d.test'].map((to) => ({
          from: 'a@b.test',
          recipients: [to],
          content: 'Subject: x\r\n\r\n.dot\r\n..\r\nlast\r\n',
        })),
      );
    });
  }
});
