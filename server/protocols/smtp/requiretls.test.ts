import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testAuthority } from '../../../test/support/certificates.ts';
import { createSmtpServer, openSmtpConnection, smtpReply, type MailParameters } from './index.ts';

const authority = await testAuthority();
const certificate = await authority.issue('mx.test');
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function connect(requireTlsExtension: boolean, use: 'required' | 'never' = 'required') {
  const heard: MailParameters[] = [];
  const ok = smtpReply(250, '2.0.0', 'OK');
  const server = createSmtpServer(
    { hostname: 'mx.test', tls: certificate, requireTlsExtension },
    {
      connect: () => ({
        mail(_from, parameters) {
          heard.push(parameters);
          return ok;
        },
        recipient: () => ok,
        content: () => ({ write: () => undefined, finish: () => ok, abort: () => undefined }),
      }),
    },
  );
  servers.push({ close: () => server.close(0) });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const opened = await openSmtpConnection({
    host: 'mx.test',
    address: '127.0.0.1',
    port,
    localName: 'us.test',
    tls: { use, trusted: [authority.certificate] },
  });
  assert.ok(opened.ok);
  return { connection: opened.connection, heard };
}

const message = {
  from: 'a@us.test',
  recipients: ['b@mx.test'],
  content: Buffer.from('Subject: x\r\n\r\nx\r\n'),
  requireTls: true,
};

test('REQUIRETLS is passed on to a server that offers it under TLS (RFC 8689 §4.2.1)', async () => {
  const { connection, heard } = await connect(true);
  const outcome = await connection.send(message);
  assert.equal(outcome.kind, 'answered');
  assert.equal(heard[0]?.requireTls, true);
  await connection.send({ ...message, requireTls: false });
  assert.equal(heard[1]?.requireTls, false);
  await connection.quit();
});

test('a server that does not offer it never sees the message', async () => {
  const { connection, heard } = await connect(false);
  assert.deepEqual(await connection.send(message), { kind: 'unsent', because: 'requiretls-not-offered' });
  assert.equal(heard.length, 0);
  await connection.quit();
});

test('in the clear it is neither offered nor taken', async () => {
  const { connection, heard } = await connect(true, 'never');
  assert.equal(connection.extensions.requireTls, false);
  assert.deepEqual(await connection.send(message), { kind: 'unsent', because: 'requiretls-not-offered' });
  assert.equal(heard.length, 0);
  await connection.quit();
});
